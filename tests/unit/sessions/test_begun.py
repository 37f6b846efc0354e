"""Through what a session was begun."""

from pathlib import Path

from workcell.agents.session_files import About
from workcell.sessions import begun


def test_one_without_a_terminal_in_the_directory_of_a_loop_is_of_the_loop(tmp_path: Path) -> None:
    assert begun.through(About(str(tmp_path), via="headless")) == "headless"
    (tmp_path / ".ralph").mkdir()
    (tmp_path / ".ralph" / "status.json").write_text("{}")
    assert begun.through(About(str(tmp_path), via="headless")) == "loop"
    assert begun.through(About(str(tmp_path), via="terminal")) == "terminal"
    assert begun.through(About(None, via="headless")) == "headless"
