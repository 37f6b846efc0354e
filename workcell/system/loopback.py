"""Whether a program listens on a TCP port of this machine's loopback interface."""

import errno
import socket

_PLACES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def is_free(port: int) -> bool:
    """Whether a server could be started on the port now, on 127.0.0.1 and, where the machine has it, on ::1.

    SO_REUSEADDR as servers set it: connections of a server that has ended, in TIME_WAIT, keep no port busy.
    """
    return all(_listens(family, host, port) for family, host in _PLACES)


def _listens(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            trial.listen(1)
            return True
    except OSError as error:
        # a machine without IPv6 has no such address; there is nothing to be busy then
        return family == socket.AF_INET6 and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
