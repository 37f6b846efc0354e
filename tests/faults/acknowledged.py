"""An agent that acknowledges a line only once write and fsync have taken the whole of it: `acknowledged.py SEED COUNT GIVE_UP HOW`.

Standard output is the log, the file descriptor 3 the acknowledgements, which lie on another disk. What was refused is
tried again. HOW says what follows a short write: `rest` completes the line; `anew` writes the whole line once more, so
that it stands glued to its own beginning, as of many programs that know no short writes.
"""

import errno
import os
import random
import sys
import time


def line(seed: int, number: int) -> bytes:
    """The line of that number: every byte of it can be told from every other line's."""
    draw = random.Random(seed * 100_003 + number)
    return b"<%d:%d:" % (seed, number) + draw.randbytes(draw.randint(1, 900)).hex().encode() + b">\n"


def main(seed: int, count: int, give_up: float, how: str) -> int:
    refused = short = 0
    for number in range(count):
        left = line(seed, number)
        deadline = time.monotonic() + give_up
        while True:
            try:
                if left:
                    done = os.write(1, left)
                    short += done < len(left)
                    left = left if how == "anew" and done < len(left) else left[done:]
                if not left:
                    os.fsync(1)
                    break
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                refused += 1
                if time.monotonic() > deadline:
                    os.write(3, b"end %d %d\n" % (refused, short))
                    return 7
                time.sleep(0.001)
        os.write(3, b"ack %d\n" % number)
    os.write(3, b"end %d %d\n" % (refused, short))
    return 7


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
