"""Format 1 of the run directory as code."""
