"""Checks that the adapters that are on have their secrets, in a given environment, and that what they ask for comes."""

import os

from workcell.base.errors import WorkcellError
from workcell.channels import sending
from workcell.channels.to import secrets
from workcell.rundir import layout, vocabulary
from workcell.texts import config
from workcell.upkeep.doctor_line import FAIL, OK, WARN, Line


def check(home: str, env: dict[str, str]) -> list[Line]:
    """A line for each adapter that is on. A program that prints a secret is looked for and not run."""
    found = []
    for adapter in sending.adapters(home).usable:
        if not adapter.enabled:
            continue
        faults = [
            f"{key}: {fault}"
            for key, secret in adapter.secrets.items()
            if (fault := secrets.look(secret.how, secret.where, env)) is not None
        ]
        cure = (
            f"write {{file: ~/.secrets/{adapter.name}}} into {adapter.file}, and the secret into that file, mode 0600"
        )
        well = f"{adapter.uses}; its secrets are there" if adapter.secrets else adapter.uses
        words = "; ".join(faults) or well
        found.append(Line(f"adapter {adapter.name}", FAIL if faults else OK, words, cure if faults else None))
    return found


def without_progress(home: str) -> list[Line]:
    """A line for each adapter that names the event `progress` while config.yaml gives no time for it."""
    try:
        settings = config.read(os.path.join(home, layout.CONFIG))
    except WorkcellError:
        return []  # doctor tells the faults of the file
    if settings["progress_every"] or any(one["progress_every"] for one in settings["recipes"].values()):
        return []
    words = "it asks for progress, and no notice of that kind is posted: config.yaml gives no progress_every"
    return [
        Line(f"adapter {one.name}", WARN, words, "workcell config edit, and write: progress_every: 30m")
        for one in sending.adapters(home).usable
        # who asks for all events has not asked for this one
        if one.enabled and "progress" in one.events and len(one.events) < len(vocabulary.NOTICE_EVENTS)
    ]
