"""Faults of the graph of a plan are told with their line and a cure."""

import pytest

from workcell.together import plan_graph
from workcell.together.plan_graph import Node


def node(name, *needs, line=1, **more):
    return Node(name, "night.yaml", line, tuple(needs), lines={"needs": line + 1}, **more)


def test_a_graph_without_faults_has_none():
    assert plan_graph.faults([node("a"), node("b", "a"), node("c", "a", "b"), node("d")]) == []


@pytest.mark.parametrize(
    ("nodes", "line", "words", "cure"),
    [
        ([node("parser"), node("b", "parsr", line=5)], 6, "no entry is named 'parsr'", "parser"),
        ([node("a", "a", line=3)], 4, "'a' needs itself", "take it out"),
        ([node("a"), node("a", line=7)], 7, "two entries are named 'a'", "name: NAME"),
        ([node("a", standby=True), node("b", "a", line=3)], 4, "'a' is on standby", "--standby"),
        ([node("a"), node("b", "a", line=3, standby=True)], 4, "'b' is on standby, and needs others", "--standby"),
        ([node("a", checked=False), node("b", "a", line=3)], 4, "ends 'unverified' at best", "when: ended"),
    ],
)
def test_a_fault_names_its_line_and_a_cure(nodes, line, words, cure):
    (found,) = plan_graph.faults(nodes)
    assert found.line == line and words in found.message and cure in str(found.cure)


def test_a_circle_is_told_with_every_name_and_line():
    (found,) = plan_graph.faults([node("x"), node("a", "c", line=10), node("b", "a", line=20), node("c", "b", line=30)])
    assert "a needs c needs b needs a" in found.message
    assert all(f"line {line}" in found.message for line in (11, 21, 31))
    assert found.line == 11


def test_what_is_waited_for_until_its_end_needs_no_check():
    assert plan_graph.faults([node("a", checked=False), node("b", "a", when="ended")]) == []


def test_base_and_merge_come_before_too():
    made = Node("c", "f", 1, (), base="a", merge=("b", "a"), lines={"base": 4, "merge": 5})
    assert made.before == ("a", "b") and (made.line_of("a"), made.line_of("b")) == (4, 5)
    assert [fault.line for fault in plan_graph.faults([made])] == [4, 5]


def test_beside_an_entry_without_a_known_name_no_name_is_unknown_and_the_rest_is_told():
    nodes = [node(""), node("a", "x"), node("b", "a", line=3, standby=True), node("a", line=9)]
    assert [fault.line for fault in plan_graph.faults(nodes)] == [9, 4]
