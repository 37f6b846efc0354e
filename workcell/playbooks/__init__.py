"""Recovery playbooks: their format, one module for each step, and the interpreter that follows them on live runs.

It may import `texts`, `judgement`, `rundir` and `base`. It never starts a program, writes a file or sends anything:
what a step does to a run goes through `step.Running`, which the watchdog implements.
"""
