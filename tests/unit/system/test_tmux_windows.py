"""Windows of a person's own tmux: found by their names, made in the session that is meant, brought to the front."""

import pytest

from tests.support import tmux_servers
from tests.support.lab import eventually
from workcell.base.errors import NotFound
from workcell.system import tmux_windows


@pytest.fixture
def socket(tmp_path):
    return str(tmp_path / "s")


def test_a_window_is_made_in_the_session_that_is_meant_and_runs_the_command(socket, tmp_path):
    with tmux_servers.private(socket, "sleep 600", 80, 24) as server:
        other = server.new_session("other", attach=False)
        command = "pwd; echo $((40 + 2)); sleep 600"
        assert tmux_windows.show(socket, str(other.session_id), "mine", str(tmp_path), command) == "other"
        window = other.active_window
        assert window.window_name == "mine"
        eventually(lambda: window.active_pane.capture_pane()[:2] == [str(tmp_path), "42"], what="its output")
        other.new_window(window_name="later", attach=True)
        assert tmux_windows.show(socket, "", "mine", str(tmp_path), command) == "other"
        assert other.active_window.window_name == "mine" and len(server.windows) == 4


def test_a_session_that_is_gone_is_replaced_by_one_that_is_there(socket):
    with tmux_servers.private(socket, "sleep 600", 80, 24):
        assert tmux_windows.show(socket, "$77", "mine", "/", "sleep 600") == "test"


def test_without_a_session_there_is_nothing_to_open_it_in(socket):
    with pytest.raises(NotFound, match="your tmux has no session"):
        tmux_windows.show(socket, "", "mine", "/", "true")
