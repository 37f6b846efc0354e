"""Every command line that only looks, for tests that hold something for all of them."""

OF_THE_HOME = [
    ["ls"], ["ls", "-a"], ["doctor"], ["gc"], ["fsck"], ["recipe", "ls"], ["recipe", "show", "claude"],
    ["playbook", "ls"], ["playbook", "show", "usage-limit"], ["notify", "ls"], ["watchdog", "status"], ["trust", "ls"],
    ["recover", "-n"], ["salvage", "ls"],
]  # fmt: skip

HELP = [
    ["--help"],
    *([verb, "--help"] for verb in ("launch", "resume", "attach", "ls", "logs", "gc", "notify", "playbook", "judge")),
    *([verb, sub, "--help"] for verb, sub in (("watchdog", "install"), ("playbook", "test"), ("notify", "test"))),
]


def of_a_run(run: str) -> list[list[str]]:
    """The words of each verb that shows the run of that name or id."""
    return [[verb, run] for verb in ("status", "what", "why", "logs", "events", "handoff", "fsck", "wait", "judge")]
