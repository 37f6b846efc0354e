"""Which notice tells a person of what was judged: one table for ends and for live runs."""

EVENTS = {
    "usage_limit": "limited",
    "rate_limit": "limited",
    "auth": "auth",
    "billing": "billing",
    "prompt": "prompt",
    "stuck": "stuck",
}
"""The notice of a verdict. Other verdicts have none."""

ACTIVITIES = {"question": "question", "approval": "prompt"}
"""The notice of what a live agent waits for, which says more than its verdict."""

LOOP = "stuck"
"""The notice of an agent that repeats its calls."""


def event_of(verdict: str, needs: bool, activity: str | None = None, *, loop: bool = False) -> str | None:
    """The notice to post; None where there is none. With `needs` a person is told in any case."""
    if loop:
        return LOOP
    found = ACTIVITIES.get(activity or "") or EVENTS.get(verdict)
    return found or ("escalated" if needs else None)
