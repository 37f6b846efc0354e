"""What is known of agent programs: one folder for each, and what they share.

May import `judgement` (the types of what a screen says), `rundir` and `base`; never `texts`, a face or a room that
acts on runs.

A folder gives its knowledge as one `Agent` (`protocol.py`), which `registry.py` finds: nothing else names an agent
program. Flags, versions and what a program executes from a tree are data and stand in its recipes; what its failures
are called stands in the signals of the playbooks.
"""
