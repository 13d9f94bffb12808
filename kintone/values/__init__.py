"""Values as people write them: dates, times, numbers, text of any width."""
