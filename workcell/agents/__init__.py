"""The knowledge of agent programs: one folder for each, and the code that they share.

May import `judgement` (the types of what a screen says), `rundir` and `base`; never `texts`, a face or a room that
acts on runs.

A folder gives its knowledge as one `Agent` (`protocol.py`), which `registry.py` finds: nothing else names an agent
program. Flags, versions and the files that a program executes from a tree are data and stand in its recipes; the names
of its failures stand in the signals of the playbooks.
"""
