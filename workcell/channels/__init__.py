"""Notices to people: the outbox, when and how each notice is sent, and the destinations.

It may import `texts`, `cleaning`, `system`, `rundir`, `terminal` and `base`. It never waits for a network while a run
waits for it.
"""
