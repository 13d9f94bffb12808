"""kintone's API calls: one module per group, one function per call."""
