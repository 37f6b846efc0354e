"""One question to a program, without the package subprocess: a tick each minute must stay small."""

import os
import select
import time

from workcell.base.light import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def ask(argv: "Sequence[str]", *, timeout: float, env: "Mapping[str, str]") -> "tuple[int | None, bytes, bytes]":
    """(exit code, what it printed, what it complained); the code is None where `timeout` seconds did not suffice.

    Raises OSError when the program cannot be started. Where that is not enough, `proc.run` does more.
    """
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        actions = [
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, out_write, 1),
            (os.POSIX_SPAWN_DUP2, err_write, 2),
        ]
        # file descriptors of Python are closed by exec; only the three above go over
        pid = os.posix_spawnp(argv[0], list(argv), dict(env), file_actions=actions, setsid=True)
    except OSError:
        os.close(out_read)
        os.close(err_read)
        raise
    finally:
        for fd in (null, out_write, err_write):
            os.close(fd)
    return _collect(pid, out_read, err_read, time.monotonic() + timeout)


def _collect(pid: int, out: int, err: int, deadline: float) -> "tuple[int | None, bytes, bytes]":
    texts: dict[int, list[bytes]] = {out: [], err: []}
    poll = select.poll()
    for fd in texts:
        poll.register(fd, select.POLLIN)
    still = {out, err}
    late = False
    try:
        while still:
            rest = deadline - time.monotonic()
            if rest <= 0:
                late = True
                break
            for fd, _ in poll.poll(int(rest * 1000) + 1):
                chunk = os.read(fd, 1 << 16)
                if chunk:
                    texts[fd].append(chunk)
                else:
                    poll.unregister(fd)
                    still.discard(fd)
    finally:
        if late or still:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.close(out)
        os.close(err)
        _, status = os.waitpid(pid, 0)
    return None if late else os.waitstatus_to_exitcode(status), b"".join(texts[out]), b"".join(texts[err])
