"""The program: what must be light goes its own way, everything else is the command line."""

import os
import sys

if __package__ in (None, ""):
    # run by path under -I, as the runner does: the package may be installed nowhere
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main() -> int:
    """Entry point of `workcell`; the exit code.

    Verbs that programs call come first: a tick each minute must not pay for what only people need.
    """
    words = sys.argv[1:]
    match words:
        case ["_finish" | "_settle", *_]:
            from workcell.faces import internal

            return internal.main(words)
        case ["_bound", *_]:
            from workcell.faces import bound

            return bound.main(words)
        case ["_deliver", *_]:
            from workcell.faces import typist

            return typist.main(words)
        case ["_complete", *_]:
            from workcell.faces import complete

            return complete.main(words)
        case ["watchdog", "tick"]:
            from workcell.faces import tick

            return tick.main(words)
        case [] | ["ls"]:
            from workcell.faces.cli import plain

            return plain.main(words)
        case ["status" | "attach", run] if run == "-" or not run.startswith("-"):
            from workcell.faces.cli import plain

            return plain.main(words)
        case _:
            from workcell.faces.cli import app

            return app.main(words)


if __name__ == "__main__":
    sys.exit(main())
