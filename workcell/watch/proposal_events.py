"""The events of a run that tell what was decided about a proposal, and what came of it.

Invariants:
- They are told before the record that ends the proposal: who repeats that after a kill tells the same again, under the
  same id, and the journal of the run keeps one.
- The sealed files of the proposal are what counts. A full disk loses the event and nothing else.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.rundir import layout, look, phase, proposals, spool
from workcell.system import control
from workcell.together import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workcell.rundir import schema
    from workcell.rundir.schema.literals import ProposalEnd
    from workcell.rundir.schema.proposals import ProposedActDone

DECIDED, ENDED = "proposal.decided", "proposal.ended"


def decided(home: str, made: schema.Proposal, standing: schema.ProposalDecided) -> None:
    """Tell what was decided; nothing where the run is gone."""
    words = [one["words"] for one in made["acts"]]
    data = {"proposal": made["id"], "decision": standing["decision"], "text": made["text"], "acts": words}
    by = {} if standing["decision"] == "void" else {"by": "person"}
    _tell(home, made, DECIDED, data, {**by, "why": standing["why"], "time": standing["at"]})


def end(
    home: str,
    made: schema.Proposal,
    state: ProposalEnd,
    why: str | None = None,
    acts: list[ProposedActDone] | None = None,
) -> schema.ProposalDone:
    """Tell what was decided and what came of it, and seal the end of the proposal; the end that stands.

    OSError where the disk refuses.
    """
    standing = proposals.decided(home, made["id"])
    if standing is not None:
        decided(home, made, standing)
    _tell(home, made, ENDED, {"proposal": made["id"], "state": state, "acts": acts or []}, {"why": why})
    return proposals.end(home, made["id"], state, why, acts)


def _tell(
    home: str, made: schema.Proposal, kind: str, data: Mapping[str, object], more: Mapping[str, str | None]
) -> None:
    run = os.path.join(home, layout.RUNS, made["run"])
    if not os.path.isdir(run):
        return
    told = {**more, "attempt": made["attempt"], "playbook": made["playbook"]["name"], "data": data}
    spool.note(run, kind, id=f"{kind}:{made['id']}", **told)
    if look.at(run).phase in (phase.STARTING, phase.RUNNING):
        control.notify_runner(run, b"H")
    else:
        note.write_down(run)
