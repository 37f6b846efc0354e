"""What a person asks about runs: ls, status, what, why, logs, events.

It may import `evidence` and below. It never changes a run.
"""
