"""What a person asks about runs: ls, status, what, why, logs, events, diff, path.

It may import `evidence` and below. It never changes a run.
"""
