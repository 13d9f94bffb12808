"""Reading records: any number of them, by record id, through a cursor or by offset."""
