"""Terminals: escape sequences, a screen in memory, and text that is safe to print.

It may import `base`. It knows nothing of runs, agents or files.
"""
