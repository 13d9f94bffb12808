"""Field values as clients write them, turned into what kintone stores, or complained about."""
