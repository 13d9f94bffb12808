"""A simulation of calls under faults, written independently of the plugin's code; see docs/reliability.md.

The oracle checks these promises:

1. The message says of every entry what is known: saved, not saved, or unknown if a fault leaves it unknown. What it
   says agrees with kintone's log (`message_rules`).
2. An entry is written with its given values, to its target, and inserted at most once (`write_rules`).
3. A write changes nothing else; appending keeps the rows and files of other writers (`write_rules`).
4. No cursor stays open, the call keeps its budget, and no request follows a final refusal (`time_rules`).
5. The message is one printable line without secrets, and a call fails only for a sufficient reason (`message_rules`).
6. A query returns every record that exists during the whole query, once and in order (`read_rules`); a reading of
   comments every comment likewise (`comment_rules`).
7. A call adds one comment, whatever happens (`comment_rules`). A deletion deletes exactly the records that are named,
   or that were found and whose number was confirmed, and tells of each what became of it (`deletion_rules`). A change
   of status moves all records once or none, and tells a status that each had afterwards (`status_rules`).
"""
