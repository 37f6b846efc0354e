"""Run by path as `python -I -S gated.py FD WORDS...`: waits for one byte on FD, then becomes the program WORDS.

Who started it can put the process into a control group first. End of file on FD means that this will not happen.
"""

import os
import signal
import sys

SHUT = 75
NO_PROGRAM = 127


def main(gate: int, words: "list[str]") -> int:
    """Wait and become the program; returns only when that fails."""
    if not os.read(gate, 1):
        return SHUT
    os.close(gate)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and what is ignored stays so across exec
    try:
        os.execvp(words[0], words)
    except OSError as error:
        print(f"cannot start {words[0]!r}: {error.strerror}", file=sys.stderr)
    return NO_PROGRAM


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
