"""Errors, clocks, identities and JSON: what every other room stands on.

It imports nothing of workcell and only light modules of the standard library, because every runner loads it.
It knows nothing of runs.
"""
