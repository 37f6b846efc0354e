"""A program of the user's: the notice as JSON on its standard input."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.base.errors import Unreachable
from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Destination, Rendered, Sent
from workcell.system import run_program

if TYPE_CHECKING:
    from workcell.texts.destinations import CommandOptions

_NEVER = (64, 65, 77, 78, 126, 127)
"""sysexits(3) for wrong usage, data, permission and configuration; 126 and 127 are the shell's 'cannot run'."""


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """Exit 0 is delivered; 64, 65, 77, 78, 126 and 127 are refused; any other code is tried again."""
    options: CommandOptions = destination.options
    env = {**os.environ, **options["env"]}
    env.update({key.removeprefix("env."): secret for key, secret in secrets.items()})
    data = json.dumps(notice.fields).encode() + b"\n"
    try:
        ran = run_program.run(options["argv"], timeout=budget_seconds, env=env, input=data)
    except Unreachable as error:
        return Sent(REFUSED, error.message)
    if ran.timed_out:
        return Sent(UNKNOWN, "did not end in time")
    if ran.ok:
        return Sent(DELIVERED, "exit code 0")
    return Sent(REFUSED if ran.code in _NEVER else RETRY, f"exit code {ran.code}: {ran.complaint()}")
