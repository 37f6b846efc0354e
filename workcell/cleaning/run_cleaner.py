"""cleaning: the cleaner of a run, made of its environment and of the names that its brief calls secret."""

import os
from collections.abc import Iterable, Mapping

from workcell.agents import registry
from workcell.cleaning.clean import Cleaner, secret_values
from workcell.rundir import env, layout, look


def values(run: str, held: Mapping[str, str] | None = None) -> frozenset[str]:
    """The secret values of the run: those of env.json as it is now, changed or not, and those of `held`.

    `held` is the environment of a process that was started with that of the run: what an agent does to env.json takes
    nothing out of it.
    """
    n = layout.current(run)
    attempt = look.read_record(layout.attempt(run, n), layout.ATTEMPT, [], required=False) if n else None
    names = attempt.get("secrets") if attempt is not None else None
    named = [*(map(str, names) if isinstance(names, list) else ()), *registry.secret_variables(layout.home_of(run))]
    found = secret_values(env.unchecked(run), named, _is_path)
    return found if held is None else found | secret_values(held, named, _is_path)


def _is_path(value: str) -> bool:
    try:
        return os.path.lexists(os.path.expanduser(value))
    except ValueError:
        return False


def of_run(run: str | None, held: Mapping[str, str] | None = None) -> Cleaner:
    """The cleaner for what leaves the directory of `run`, see `values`; without a run it masks by shape alone."""
    return Cleaner(values(run, held) if run is not None else ())


def of_runs(runs: Iterable[str]) -> Cleaner:
    """One cleaner for what leaves the directories of several runs."""
    return Cleaner(frozenset().union(*map(values, runs)))
