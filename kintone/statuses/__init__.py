"""Process management: carrying out actions on records, and telling why one is refused."""
