"""Git repositories and working trees.

It may import `system`, `rundir`, `terminal` and `base`. It never changes the checkout of a person, and never runs a
program that a repository names.
"""
