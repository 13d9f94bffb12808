"""How an operation is carried out: its form on the wire, its turn, its retries, its time, its errors."""
