import socket

import pytest

from workcell.system import loopback


@pytest.fixture
def port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def listening(family, host, port):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        server.bind((host, port))
        server.listen(1)
    except OSError as error:
        server.close()
        pytest.skip(f"this machine has no {host}: {error}")
    return server


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")]
)
def test_a_port_is_free_unless_a_program_listens_there(port, family, host):
    assert loopback.is_free(port)
    with listening(family, host, port):
        assert not loopback.is_free(port)
    assert loopback.is_free(port)


def test_the_connections_of_a_server_that_has_ended_keep_no_port_busy(port):
    server = listening(socket.AF_INET, "127.0.0.1", port)
    client = socket.create_connection(("127.0.0.1", port))
    taken, _ = server.accept()
    taken.close()  # closed first on this side: it goes into TIME_WAIT
    client.recv(1)
    client.close()
    server.close()
    assert loopback.is_free(port)
