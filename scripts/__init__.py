"""Programs that the commands of the Makefile run."""
