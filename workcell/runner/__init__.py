"""The process that owns the terminal of one attempt, and the small programs around it."""
