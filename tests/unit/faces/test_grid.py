from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.faces.cli import grid, out, runs
from workcell.terminal import printable

cell = st.tuples(st.text(max_size=40), st.just("0"))
row = st.lists(cell, min_size=4, max_size=4)
COLUMNS = (
    grid.Column("STATE"),
    grid.Column("NAME", least=6),
    grid.Column("WORDS", least=4, goes=1),
    grid.Column("ID", goes=2),
)


@settings(max_examples=80)
@given(st.lists(row, max_size=5), st.integers(1, 200))
def test_no_line_is_wider_than_the_terminal(rows, width):
    lines = grid.fitted(COLUMNS, rows, width)
    assert len(lines) == len(rows) + 1
    first = max(printable.width(out.safe(line[0][0])) for line in [*rows, [("STATE", "0")]])
    least = first + grid.GAP + 6  # what never goes
    assert all(printable.width(line) <= max(width, least) for line in lines)


def test_a_cell_cannot_steer_the_terminal():
    lines = grid.fitted(COLUMNS, [[("a", "0"), ("\x1b]0;evil\x07", "0"), ("b\nc", "0"), ("d", "0")]], 200)
    assert "\x1b" not in "".join(lines) and "\n" not in "".join(lines)


def test_columns_go_in_their_order():
    line = [("passed", "0"), ("n" * 30, "0"), ("w" * 30, "0"), ("i" * 29, "0")]
    assert "…" not in grid.fitted(COLUMNS, [line], 101)[1]
    assert grid.fitted(COLUMNS, [line], 60)[0].split() == ["STATE", "NAME", "WORDS", "ID"]
    assert grid.fitted(COLUMNS, [line], 40)[0].split() == ["STATE", "NAME", "WORDS"]
    assert grid.fitted(COLUMNS, [line], 16)[0].split() == ["STATE", "NAME"]


def test_the_table_of_runs_keeps_the_name_at_sixty_columns():
    titles = [column.title for column in runs.COLUMNS if column.goes == 0]
    assert titles == [" ", "STATE", "NAME"]


def test_colours_only_where_they_are_wanted(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert out.coloured(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not out.coloured(Terminal())
    monkeypatch.setenv("NO_COLOR", "")  # no-color.org: an empty value is as none
    assert out.coloured(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not out.coloured(Terminal())


def test_wrapped_lines_fit():
    assert out.wrapped("one two three", 7) == ["one two", "three"]
    assert out.wrapped("a-word-that-is-too-long x", 4) == ["a-word-that-is-too-long", "x"]
    assert out.wrapped("", 4) == [""]
