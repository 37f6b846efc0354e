"""Recovery playbooks: their format, one module for each step, and the interpreter that follows them on live runs.

May import texts, judgement, rundir and base. Must never start a program, write a file or send anything: what a step
does to a run goes through `step.Running`, which the watchdog implements.
"""
