"""The process that owns the terminal of one attempt, and the small programs around it.

It may import `rundir`, `terminal` and `base`, and only light modules of the standard library. It never judges what the
agent writes, and never waits for a window, a person or a network.
"""
