"""What leaves a run directory: without secrets, and without characters that steer a terminal.

It may import `accounts`, `rundir`, `terminal` and `base`. Every text of a run that goes to a person, a message or
another agent passes through here; only `--raw` does not.
"""
