"""CPU seconds of programs, measured in turn: what else the machine does meets both of two that are compared."""

import resource
import statistics
import subprocess
from collections.abc import Callable


def of(argv: list[str], env: dict[str, str] | None = None, data: bytes = b"") -> float:
    """CPU seconds of the program, with `data` on standard input, and of all that it starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=env, input=data, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(times: int, *measured: Callable[[], float]) -> list[float]:
    """The median of each, all of them measured one after the other, so many times; once before that for nothing."""
    for one in measured:
        one()
    rounds = [[one() for one in measured] for _ in range(times)]
    return [statistics.median(found) for found in zip(*rounds, strict=True)]
