"""The format of the home and of the run directory as code (docs/format.md).

It may import `base`, and only light modules of the standard library, because every runner loads it. It decides nothing
about agents: it says what stands on disk, who may write it, and which phase follows from that.
"""
