"""Who is believed: what a repository brings, what a person has accepted of it, and who may call what.

It may import `texts`, `git`, `system`, `rundir`, `terminal` and `base`. It never runs anything of a repository.
"""
