"""Reading dates, times, numbers and JSON as people and programs write them."""
