"""Plans at a tick: the safety net where a process died that was to bring one on, or a tree has become free."""

from workcell.base.errors import WorkcellError
from workcell.finish import of_plan
from workcell.rundir import plans
from workcell.views import plan_state


def look_after(home: str, known: list[str]) -> list[str]:
    """Start the process that brings a plan on for each of `known` that has something to do; a line for each."""
    did = []
    for plan in known:
        try:
            if not plan_state.is_open(home, plan) or _at_work(home, plan):
                continue
            of_plan.bring_on(home, plan)
        except (OSError, ValueError, WorkcellError) as error:
            did.append(f"{plan}: it cannot be brought on: {error}")
        else:
            did.append(f"{plan}: has something to do")
    return did


def _at_work(home: str, plan: str) -> bool:
    """Whether a process brings it on at this moment."""
    return plans.held(home, plan)
