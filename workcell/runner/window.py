"""A window as a program: it passes its tty to the runner, then becomes a shell of half a megabyte that waits.

Run by path as `python -I -S window.py RUN [R]`, in a tmux pane or on any tty. The runner closes the connection
when the attempt ends. Changes of size are passed on as single bytes.
"""

import os
import socket
import sys

_WAIT = """
trap 'printf z >&3' WINCH
trap '' INT QUIT TSTP
cat <&3 >/dev/null &
while kill -0 $! 2>/dev/null; do wait $!; done
"""


def main(run: str, kind: str) -> int:
    os.chdir(run)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect("control.sock")
    except OSError as error:
        print(f"workcell: no terminal is open in {os.path.basename(run)}: {error.strerror}")
        return 69
    # opened afresh: O_NONBLOCK must not reach the description that the shell around us reads from
    tty = os.open(os.ttyname(0), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    socket.send_fds(connection, [kind.encode()], [tty])
    os.close(tty)
    os.dup2(connection.fileno(), 3)
    os.set_inheritable(3, True)  # dup2 onto itself leaves close-on-exec as it was
    os.execv("/bin/sh", ["sh", "-c", _WAIT])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "W"))
