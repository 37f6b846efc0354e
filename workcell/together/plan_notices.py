"""The notices of a plan: one at its end, and one when it needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.channels import outbox
from workcell.views import plan_needs

if TYPE_CHECKING:
    from workcell.judgement.plan_order import Verdict
    from workcell.rundir import schema
    from workcell.views.plan_state import State


def post(state: State, verdict: Verdict) -> None:
    """Post what is to be told of how the plan stands, once for each time that it comes to stand so.

    A disk that refuses costs the notice: how the plan stands is worked out from its files.
    """
    if verdict.state == "running" and not verdict.troubles:
        return
    facts: schema.NoticeFacts = {"why": words(verdict), "command": f"workcell plan show {state.id}"}
    event: schema.NoticeEvent = "escalated"
    if verdict.state != "running" and verdict.state != "blocked":
        event = verdict.state
    if verdict.troubles:
        name, trouble = next(iter(verdict.troubles.items()))
        facts = {
            "why": plan_needs.why(name, trouble),
            "command": plan_needs.command(state.id, name, trouble),
        }
    labels = sorted({label for entry in state.plan["entries"] for label in entry["options"]["labels"]})
    subject = outbox.Subject(state.id, state.plan["name"], 1, labels, state.plan["entries"][0]["options"]["notify"])
    # a run that was resumed, or a retry, brings another end; what is blocked is told once, whatever else ends meanwhile
    on_record = any(name in verdict.troubles for name, _ in state.known.troubles)
    acts = ("blocked", "retry") if on_record else ("ended", "blocked", "retry")
    changes = sum(line["act"] in acts for line in state.lines)
    edge = f"{'cannot-start' if on_record else verdict.state}{changes}"
    try:
        outbox.post(state.home, outbox.make(subject, event, facts, edge=edge))
    except OSError:
        return


def words(verdict: Verdict) -> str:
    """How many entries stand how, in one line."""
    counts: dict[str, int] = {}
    for word in verdict.states.values():
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{number} {word}" for word, number in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
