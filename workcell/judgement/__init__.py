"""From evidence to activity, verdict and next step: pure functions.

It may import `base` and `rundir`. It never reads a file, a clock or a process: whatever it needs is passed in.
"""
