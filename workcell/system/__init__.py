"""Processes, tmux and limits of the operating system.

It may import `rundir`, `terminal` and `base`. Its `run_program` is the only module that starts other programs, always
with a time limit.
"""
