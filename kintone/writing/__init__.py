"""Writing records: entries, transactions, what is kept, and what is told when one fails."""
