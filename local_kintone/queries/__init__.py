"""kintone's query language: tokens, grammar, checks against the form, evaluation, paging by id."""
