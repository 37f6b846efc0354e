"""An agent that keeps every byte that is typed into it, numbers its lines, and ends when $MARKS/go is there.

From the mark `ready` on it hears of every new size.

`recorder.py [FIRST]`: the file $MARKS/FIRST is written to the terminal before the first line.
"""

import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time
import tty

marks = os.environ["MARKS"]


def mark(name, data):
    with open(os.path.join(marks, name), "ab") as file:
        file.write(data)


def size(*_):
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8)))
    mark("sizes", f"{columns}x{rows}\n".encode())


if os.isatty(0):
    signal.signal(signal.SIGWINCH, size)
    tty.setraw(0)
mark("ready", b"x")
if len(sys.argv) > 1:
    with open(os.path.join(marks, sys.argv[1]), "rb") as file:
        os.write(1, file.read())
number = 0
while not os.path.exists(os.path.join(marks, "go")):
    if not os.path.exists(os.path.join(marks, "quiet")):
        number += 1
        os.write(1, f"tick {number}.\r\n".encode())
        mark("ticks", b"x")
    until = time.monotonic() + 0.03
    while (left := until - time.monotonic()) > 0:
        if select.select([0], [], [], left)[0]:
            data = os.read(0, 65536)
            if not data:
                time.sleep(left)
                break
            mark("typed", data)
os.write(1, b"the end\r\n")
sys.exit(3)
