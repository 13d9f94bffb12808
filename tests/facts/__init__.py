"""What values become, checked against published facts alone: nothing here was written from the code under test."""
