"""The program: what must be light goes its own way, everything else is the command line."""

import os
import sys

if __package__ in (None, ""):
    # run by path under -I, as the runner does: the package may be installed nowhere
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def program() -> int:
    """Entry point of `workcell`: `main`, and then the end of the process without the interpreter's own.

    That takes apart every module, for ten milliseconds and more, which the kernel frees in one.
    """
    code = main()
    threading = sys.modules.get("threading")
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        os._exit(code)  # the verb has told that; the interpreter would try again, and end with a code of its own
    if threading is not None and threading.active_count() > 1:
        return code  # it waits for threads that are no daemons
    os._exit(code)


def main() -> int:
    """What `program` does; the exit code.

    Verbs that programs call come first: a tick each minute must not pay for what only people need.
    """
    words = sys.argv[1:]
    _any_characters()
    if words and words[0] in OF_PROGRAMS:
        return _of_programs(words)
    match words:
        case ["watchdog", "tick"]:
            from workcell.faces import tick

            return tick.main(words)
        case [] | ["attach" | "launch" | "ls" | "resume" | "status" | "wait", *_]:
            from workcell.faces.cli import plain

            return plain.main(words)
        case _:
            from workcell.faces.cli import app

            return app.main(words)


OF_PROGRAMS = (
    "_finish",
    "_settle",
    "_wake",
    "_bound",
    "_deliver",
    "_send",
    "_plan",
    "_check_turn",
    "_attend",
    "_window",
    "_open",
    "_complete",
)
"""Verbs that only programs of workcell, terminals and shells call."""


def _of_programs(words: list[str]) -> int:
    """What such a verb does; the exit code."""
    match words:
        case ["_finish" | "_settle" | "_wake", *_]:
            from workcell.faces import internal

            return internal.main(words)
        case ["_bound", *_]:
            from workcell.faces import bound

            return bound.main(words)
        case ["_deliver", *_]:
            from workcell.faces import typist

            return typist.main(words)
        case ["_send", *_]:
            from workcell.faces import sender

            return sender.main(words)
        case ["_plan", *_]:
            from workcell.faces import plan_advancer

            return plan_advancer.main(words)
        case ["_check_turn", *_]:
            from workcell.faces import turn_checker

            return turn_checker.main(words)
        case ["_attend", *_]:
            from workcell.faces import attend

            return attend.main(words)
        case ["_window", *_]:
            from workcell.faces import window_state

            return window_state.main(words)
        case ["_open", *_]:
            from workcell.faces import open_window

            return open_window.main(words)
        case _:
            from workcell.faces import complete

            return complete.main(words)


def _any_characters() -> None:
    """In a locale that is not UTF-8, no character that is printed may end a verb as a bug."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and stream.encoding != "utf-8":
            from workcell.terminal import likeness

            likeness.adapt(stream)


if __name__ == "__main__":
    sys.exit(program())
