"""The table of kintone's field types, and the readers of values, one for each shape."""
