"""The program: what must be light goes its own way, everything else is the command line."""

import os
import sys

if __package__ in (None, ""):
    # run by path under -I, as the runner does: the package may be installed nowhere
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import importlib

_INTERNAL = {
    ("_finish",): "workcell.faces.internal",
    ("_settle",): "workcell.faces.internal",
    ("_bound",): "workcell.faces.bound",
    ("_deliver",): "workcell.faces.typist",
    ("_complete",): "workcell.faces.complete",
    ("watchdog", "tick"): "workcell.faces.tick",
}
"""Verbs that are called by programs: a tick each minute must not pay for what only people need."""


def main() -> int:
    """Entry point of `workcell`; the exit code."""
    words = sys.argv[1:]
    module = _INTERNAL.get(tuple(words[:1])) or _INTERNAL.get(tuple(words)) or "workcell.faces.cli.app"
    face = importlib.import_module(module)
    return int(face.main(words))


if __name__ == "__main__":
    sys.exit(main())
