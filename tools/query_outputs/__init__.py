"""What ``kintone_query`` makes of the records it reads: one output per mode."""
