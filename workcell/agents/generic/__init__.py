"""The agent for any program with a terminal: used where a run's agent has no folder."""
