"""From a brief to a run, and from a run to its next attempt.

It may import `finish` and below. It checks everything before it writes anything.
"""
