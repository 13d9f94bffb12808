"""kintone's API calls, one module for each group, each function answering one call."""
