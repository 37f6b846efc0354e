"""The emulator against a real tmux: the same bytes, the same screen, history, cursor and title."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workcell.system import run_program
from workcell.terminal.log_reader import Screen

COLUMNS, ROWS = 20, 6

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Tmux:
    """A private server whose panes show what is written to them."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.socket = os.path.join(directory, "s")
        self.count = 0
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        self.ask(
            "new-session",
            "-d",
            *size,
            "sleep 600",
            ";",
            "set",
            "-g",
            "status",
            "off",
            ";",
            "set",
            "-g",
            "default-size",
            f"{COLUMNS}x{ROWS}",
            ";",
            "set",
            "-g",
            "automatic-rename",
            "off",
        )

    def ask(self, *words: str) -> str:
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "SHELL": "/bin/sh"}
        ran = run_program.run(["tmux", "-u", "-f", "/dev/null", "-S", self.socket, *words], timeout=20, env=env)
        assert ran.ok, (words, ran)
        return ran.text()

    def show(self, data: bytes) -> tuple[list[str], list[str], tuple[int, int], bool]:
        """History, screen, cursor and whether the alternate screen is on, after `data`."""
        self.count += 1
        end = f"end{self.count}"
        file = os.path.join(self.directory, "bytes")
        with open(file, "wb") as stream:
            stream.write(data + b"\x1b]2;" + end.encode() + b"\x07")
        command = f"stty raw -echo; cat {file}; exec sleep 600"
        pane = self.ask("new-window", "-d", "-P", "-F", "#{pane_id}", command).strip()
        deadline = time.monotonic() + 20
        while True:  # the title comes last, so once it is there all before it was read
            facts = self.ask(
                "display-message",
                "-p",
                "-t",
                pane,
                "#{pane_title} #{cursor_y} #{cursor_x} #{alternate_on} #{pane_width}x#{pane_height} #{history_size}",
            )
            title, y, x, alternate, size, history = facts.split()
            if title == end:
                break
            assert time.monotonic() < deadline, facts
        assert size == f"{COLUMNS}x{ROWS}"
        lines = self.ask("capture-pane", "-p", "-t", pane, "-S", "-").split("\n")[:-1]
        self.ask("kill-pane", "-t", pane)
        cut = int(history)
        lines += [""] * (cut + ROWS - len(lines))
        return lines[:cut], lines[cut:], (int(y), min(int(x), COLUMNS - 1)), alternate == "1"


@pytest.fixture(scope="module")
def tmux() -> Iterator[Tmux]:
    directory = tempfile.mkdtemp(prefix="vt-", dir="/tmp")
    server = Tmux(directory)
    try:
        yield server
    finally:
        server.ask("kill-server")
        shutil.rmtree(directory)


def agree(tmux: Tmux, data: bytes) -> None:
    ours = Screen(COLUMNS, ROWS)
    ours.feed(data)
    history, lines, cursor, alternate = tmux.show(data)
    assert ours.lines() == lines
    ours_history = ours.take_scrollback()
    if b"J" in data or b"\x1bc" in data:  # which blank rows count as used when all is erased: tmux knows more of them
        ours_history, history = [line for line in ours_history if line], [line for line in history if line]
    assert ours_history == history
    assert (ours.cursor, ours.alternate) == (cursor, alternate)


number = st.integers(0, 9) | st.sampled_from([COLUMNS - 1, COLUMNS, COLUMNS + 1, 40, 70000])
narrow = st.text(st.sampled_from("abcdefgXYZ 0123.|"), min_size=1, max_size=30).map(str.encode)
wide = st.sampled_from(["é", "ü…", "漢字", "…漢", "a\u0301bc", "e\u0301\u0302", "🚀", "ｱﾊ", "日本語のテキスト"]).map(
    str.encode
)
controls = st.sampled_from([b"\r", b"\n", b"\r\n", b"\b", b"\t", b"\x0b", b"\x07", b"\x00", b"\x0e", b"\x0f"])
one = st.builds(lambda n, final: f"\x1b[{n}{final}".encode(), number, st.sampled_from("ABCDEFGd`"))
bare = st.sampled_from("ABCDEFGHdfrSTXP@JKsum").map(lambda final: f"\x1b[{final}".encode())
two = st.builds(lambda a, b, final: f"\x1b[{a};{b}{final}".encode(), number, number, st.sampled_from("Hf"))
# A bottom of 0 is the last row by the standard, the first one for tmux.
region = st.builds(lambda a, b: f"\x1b[{a};{b}r".encode(), number, number.filter(bool))
# Not CSI 3 J: it empties the history, and ours has been taken by then.
erase = st.builds(lambda n, final: f"\x1b[{n}{final}".encode(), st.integers(0, 2), st.sampled_from("JK"))
# CSI @ with a number is not here: tmux 3.3a leaves old cells standing when it inserts more than half of
# what follows.
cells = st.builds(lambda n, final: f"\x1b[{n}{final}".encode(), number, st.sampled_from("XPSTZ"))
# Lines are inserted and deleted inside the region only: outside of it the standard does nothing, tmux
# something.
rows = st.lists(st.integers(1, ROWS), min_size=3, max_size=3, unique=True).map(sorted)
lines = st.builds(
    lambda at, x, n, final: f"\x1b[{at[0]};{at[2]}r\x1b[{at[1]};{x}H\x1b[{n}{final}".encode(),
    rows,
    number,
    number,
    st.sampled_from("LM"),
)
repeat = st.builds(lambda char, n: f"{char}\x1b[{n}b".encode(), st.sampled_from("=-x"), number)
escapes = st.sampled_from([b"\x1b7", b"\x1b8", b"\x1bD", b"\x1bE", b"\x1bM", b"\x1b[s", b"\x1b[u", b"\x1bc"])
ignored = st.sampled_from(
    [
        b"\x1b[1;31m",
        b"\x1b(B",
        b"\x1b=",
        b"\x1b[?25l",
        b"\x1b]0;t\x07",
        b"\x1b]8;;http://x\x1b\\",
        b"\x1bPq#0\x1b\\",
        b"\x1b_G1\x1b\\",
        b"\x1b^x\x1b\\",
        b"\x1b[>1u",
        b"\x1b[?2026h",
        b"\x1b[?2004h",
        b"\x1b[38:2::1:2:3m",
        b"\x1b[12\x18",
        b"\x1b[2;\rH",
        b"\x1b[!p",
        b"\x1b[ q",
        b"\x1b[?u",
    ]
)
modes = st.sampled_from([b"\x1b[?7l", b"\x1b[?7h", b"\x1b[?6h", b"\x1b[?6l", b"\x1b[4h", b"\x1b[4l"])
screens = st.sampled_from([b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?47h", b"\x1b[?47l", b"\x1b[?1047h", b"\x1b[?1047l"])

everything = st.lists(
    narrow
    | narrow
    | controls
    | one
    | bare
    | two
    | region
    | erase
    | cells
    | lines
    | repeat
    | escapes
    | ignored
    | modes
    | screens,
    max_size=40,
).map(b"".join)
# Nothing here writes over half of a wide character: of what is left of one, tmux keeps now this, now that.
fresh = st.builds(lambda n: f"\x1b[{n};1H\x1b[J".encode(), number)
international = st.lists(
    narrow | wide | wide | st.sampled_from([b"\n", b"\r\n", b"\t", b"\x1b[K"]) | fresh, max_size=40
).map(b"".join)

quick = settings(max_examples=150, suppress_health_check=list(HealthCheck))
long = settings(max_examples=2500, suppress_health_check=list(HealthCheck), derandomize=True)
longest = settings(max_examples=20_000, suppress_health_check=list(HealthCheck))


@quick
@given(data=everything)
def test_the_same_screen_as_tmux(tmux: Tmux, data: bytes) -> None:
    agree(tmux, data)


@quick
@given(data=international)
@pytest.mark.heavy
def test_the_same_screen_as_tmux_with_wide_and_combining_characters(tmux: Tmux, data: bytes) -> None:
    agree(tmux, data)


@pytest.mark.heavy
@pytest.mark.timeout(600)
@long
@given(data=everything | international)
def test_the_same_screen_as_tmux_at_length(tmux: Tmux, data: bytes) -> None:
    agree(tmux, data)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@longest
@given(data=everything | international)
def test_the_same_screen_as_tmux_with_other_examples_each_time(tmux: Tmux, data: bytes) -> None:
    agree(tmux, data)


@pytest.mark.parametrize("rest", [b"0", b"01", "漢".encode(), "漢a".encode()])
def test_what_wraps_in_insert_mode_replaces_what_stands_there(tmux: Tmux, rest: bytes) -> None:
    agree(tmux, b"x" * (COLUMNS + 3) + b"\x1b[H\x1b[4h" + b"=" * COLUMNS + rest)
