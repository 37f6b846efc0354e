"""A picture of a terminal is well formed, holds its text, and nothing in a text becomes markup."""

import xml.etree.ElementTree as ElementTree

from hypothesis import given
from hypothesis import strategies as st

from workcell.terminal import svg
from workcell.terminal.styled import PLAIN, Line, Style

SPACE = "{http://www.w3.org/2000/svg}"


def texts(rows, columns=20, title="t", describes="d"):
    tree = ElementTree.fromstring(svg.picture([Line(runs) for runs in rows], columns, title, describes))
    return tree, [(one.text, one.attrib) for one in tree.iter(f"{SPACE}text")]


def test_the_pieces_stand_in_their_columns():
    _, found = texts([[("ab", PLAIN), ("漢", Style(text=1)), ("c", PLAIN)]])
    (_, first), (wide, second), (_, third) = found[1:]
    assert wide == "漢" and second["fill"] == svg.PALETTE[1]
    assert abs(float(second["x"]) - float(first["x"]) - 2 * svg.CELL_WIDTH) < 0.11
    assert abs(float(third["x"]) - float(second["x"]) - 2 * svg.CELL_WIDTH) < 0.11


def test_each_row_has_a_height_of_its_own():
    tree, found = texts([[("a", PLAIN)], [], [("b", PLAIN)]])
    assert float(found[2][1]["y"]) - float(found[1][1]["y"]) == 2 * svg.LINE_HEIGHT
    assert float(tree.attrib["height"]) == svg.BAR + 2 * svg.PADDING + 3 * svg.LINE_HEIGHT


def test_a_ground_is_drawn_behind_its_text_and_reverse_swaps_both():
    tree, found = texts([[("a", Style(text=2, ground=4, marks=frozenset({"reverse"})))]])
    boxes = [one.attrib for one in tree.iter(f"{SPACE}rect")]
    assert boxes[-1]["fill"] == svg.PALETTE[2] and found[-1][1]["fill"] == svg.PALETTE[4]


def test_marks_become_attributes():
    _, found = texts([[("a", Style(marks=frozenset({"bold", "dim", "italic", "underline"})))]])
    assert {"font-weight", "opacity", "font-style", "text-decoration"} <= set(found[-1][1])


def test_markup_in_a_text_stays_text():
    tree, found = texts([[("<script>&\"'", PLAIN)]], title="<b>", describes='"x"')
    assert found[0][0] == "<b>" and found[1][0] == "<script>&\"'"
    assert tree.attrib["aria-label"] == '"x"' and not list(tree.iter(f"{SPACE}script"))


@given(st.text())
def test_any_text_gives_a_well_formed_picture(text):
    texts([[(text, PLAIN)]], title=text, describes=text)
