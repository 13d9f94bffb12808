"""kintone's query language: words, grammar, checks against the form, evaluation, paging by id."""
