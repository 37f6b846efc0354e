"""The end of an attempt: facts, verify.sh, handoff, result and notice; the same after a crash.

It may import `views`, `evidence`, `channels` and below. Each step looks whether it is done already, so a process that
takes over goes on where the last one died.
"""
