"""The conversation of an agent, made of its records for people: as lines, as turns, from any place of a large file.

It may import `evidence`, `agents`, `cleaning` and below. It reads bytes that it is given or files of a run directory,
keeps nothing, and changes nothing.
"""
