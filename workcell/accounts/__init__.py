"""Pauses of runs and of accounts: who holds what, and until when.

It may import `rundir` and `base`. It never starts or ends a run.
"""
