"""What steers automation in one attempt: policy.json, pinned at launch, compared before anything acts on it.

Invariants:
- A repository's playbooks are read from its tree once, at launch, after a person has trusted them. What an agent
  writes into its tree later steers nothing.
- Playbooks of the home and the shipped ones are read as they are now, and a pinned one never takes their name.
- A policy.json that is not what was pinned is not read, and nothing automatic is done on the run.
"""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from workcell.base import json_codec
from workcell.base.errors import InputOutput
from workcell.base.light_dataclass import dataclass
from workcell.rundir import layout, look, pinned
from workcell.texts.document import Fault

if TYPE_CHECKING:
    from workcell.playbooks.playbook import Playbook
    from workcell.rundir import schema

SCHEMA = "workcell.file.policy/1"


@dataclass(frozen=True)
class Policy:
    """What was pinned. `trouble` says why it may not be acted on; then everything else is empty."""

    playbooks: list[Playbook] = field(default_factory=list)
    repo: schema.PinnedRepo | None = None
    """None in a policy of the first format, which has nothing to compare with."""
    trouble: str | None = None


def data_of(seen: look.Look) -> bytes | None:
    """The bytes of policy.json as it was pinned; None where the attempt has none. InputOutput where it differs."""
    try:
        return pinned.policy(seen)
    except ValueError as error:
        raise InputOutput(str(error), _cure(seen)) from error


def _cure(seen: look.Look) -> str:
    return f"look at it; then workcell resume {seen.id} --policy now"


def read(seen: look.Look) -> Policy:
    """What steers the current attempt. Never raises: what cannot be read is `trouble`."""
    try:
        data = data_of(seen)
        said = json_codec.decode(data) if data is not None else {}
    except InputOutput as error:
        return Policy(trouble=error.message)
    except (OSError, ValueError) as error:
        return Policy(trouble=f"{layout.POLICY} of {seen.id} cannot be read: {error}")
    if data is not None and said.get("schema") != SCHEMA:
        return Policy(trouble=f"{layout.POLICY} of {seen.id} is of another format: install a newer workcell")
    found = []
    for one in said.get("playbooks") or ():
        from workcell.playbooks import playbook

        parsed, _ = playbook.parse(str(one["text"]).encode(), str(one["file"]), foreign=True)
        if parsed is not None:
            found.append(parsed)
    repo: schema.PinnedRepo | None = said.get("repo") or None
    return Policy(found, repo)


def books(home: str, seen: look.Look | None) -> tuple[list[Playbook], list[Fault]]:
    """The playbooks that hold for a run: the home's and the shipped ones as they are now, and its pinned ones.

    Where policy.json may not be acted on there are none, and the only fault says why.
    """
    mine = read(seen) if seen is not None else Policy()
    if mine.trouble is not None:
        return [], [Fault(layout.POLICY, None, mine.trouble, "nothing automatic is done on the run")]
    from workcell.playbooks import library

    found, faults = library.load(None, home)
    taken = {book.name for book in found} | {os.path.basename(fault.file).removesuffix(".md") for fault in faults}
    return [*found, *(book for book in mine.playbooks if book.name not in taken)], faults
