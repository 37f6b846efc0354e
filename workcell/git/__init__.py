"""Git repositories and working trees.

It may import `system`, `rundir`, `terminal` and `base`. It changes the checkout of a person only in
`merging` and `restore`, where one asked for that, and never runs a program that a repository names.
"""
