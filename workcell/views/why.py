"""why: the judgement on a run in words for a person: what decided it, what speaks for and against it, what to do."""

from typing import Any

from workcell.cleaning import run_cleaner
from workcell.evidence import judge_run
from workcell.rundir import look, words


def why(home: str, run: str) -> dict[str, Any]:
    """{id, outcome, reason, meaning, **verdict}: the verdict as `judge` gives it, and what it means."""
    found = judge_run.judge_run(home, run)
    seen = look.at(run)
    found = run_cleaner.of_run(run).record(found)
    return {
        "id": seen.id,
        "phase": seen.phase,
        "attempt": seen.n,
        "outcome": (seen.result or {}).get("outcome"),
        "reason": (seen.result or {}).get("reason") or seen.why,
        "meaning": words.VERDICTS[found["verdict"]],
        **found,
    }
