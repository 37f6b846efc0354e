"""The registry, the access table and the verbs of the command line say the same; the registry checks who asks."""

import dataclasses
import json
import os
import types
import typing
from pathlib import Path

import pytest

from tests.unit.rundir.test_caller import make
from workcell.base.errors import NotFound, Refused
from workcell.faces.cli import app, table
from workcell.operations import catalog, registry
from workcell.rundir import layout, operations
from workcell.rundir.cell import Cell
from workcell.trust import access

OF_THE_COMMAND_LINE = {"completion": "prints a script that is made of the command line itself"}
"""Verbs without an operation, each with the reason."""

PRESENTATION = {
    "events": {"as_lines"},
    "feed": {"as_lines"},
    "launch": {"wait", "attach", "edit"},  # composed of the operations wait and attach; edit fills in `text`
    "spawn": {"wait", "attach", "edit"},
    "resume": {"wait", "group", "label"},
    "children": {"quiet"},
    "watches": {"quiet"},
    "ls": {"watch", "quiet", "by", "count", "tree"},
    **{verb: {"group", "label"} for verb in ("rm", "stop", "hold", "release")},  # each run is asked for by itself
    "export": {"output", "force"},  # where the face writes what the operation gives
    "inbox edit": {"file"},  # where the face reads the text from
    "fsck": {"yes"},  # whether a person is asked first
    "trust add": {"yes"},
}
"""Options of verbs that are no field of the request, beside --json."""

SPELLED = {
    "rm": {"runs": "run"},
    "resume": {"runs": "run"},
    "launch": {"set_": "set"},
    "spawn": {"set_": "set"},
    "feed": {"runs": "only_runs"},
    "children": {"everything": "all"},
    "watches": {"everything": "all"},
    "unwatch": {"everything": "all"},
    "prompt": {"shape": "format"},
    "wait": {"any_of": "any"},
    "stop": {"runs": "run"},
    "release": {"runs": "run"},
    "hold": {"length": "seconds", "runs": "run"},
    "claim": {"length": "seconds"},
    "send": {"sequential": "mode", "important": "mode", "urgent": "mode", "words": "text"},
}
"""Options of verbs that stand for a field of another name."""

WITHOUT_OPTION = {
    "trust add": {"shown"},
    "launch": {"text"},
    "send": {"run"},  # the first of its words
    "spawn": {"text"},
    "config edit": {"text", "before"},
    "replay": {"columns", "rows"},
    "top": {"everything", "needs", "unseen", "state", "label", "repo", "recipe", "since"},
}
"""Fields of requests that a verb fills by itself or leaves as they are."""


def commands():
    """(words, click command) of every verb and every verb of a verb."""
    for name in table.VERBS:
        command = app.load(name)
        inner = getattr(command, "commands", None)
        yield from [(f"{name} {key}", one) for key, one in inner.items()] if inner else [(name, command)]


COMMANDS = dict(commands())
NAMES = list(catalog.OPERATIONS)


def differing(registered, known):
    """Names that stand in one of two lists and not in the other."""
    return sorted(set(registered) ^ set(known))


def unmatched(name, options, fields):
    """Options without a field, and fields without an option, of the verb `name`."""
    spelled = SPELLED.get(name, {})
    own = options - PRESENTATION.get(name, set()) - {"as_json", "help"}
    return sorted({spelled.get(one, one) for one in own} ^ (fields - WITHOUT_OPTION.get(name, set())))


def test_the_registry_lists_what_the_access_table_lists():
    assert not differing({*catalog.OPERATIONS, *OF_THE_COMMAND_LINE}, operations.OPERATIONS)


def test_every_verb_is_an_operation_and_every_operation_a_verb():
    assert not differing({*catalog.OPERATIONS, *OF_THE_COMMAND_LINE}, COMMANDS)


def test_an_operation_that_only_one_list_has_is_seen():
    assert differing({"ls", "new"}, {"ls"}) == ["new"]


@pytest.mark.parametrize("name", NAMES)
def test_the_options_of_a_verb_are_the_fields_of_its_request(name):
    options = {entry.name for entry in COMMANDS[name].params}
    fields = {field.name for field in dataclasses.fields(registry.get(name).request)}
    assert not unmatched(name, options, fields)


def test_an_option_without_a_field_is_seen():
    assert unmatched("stop", {"run", "grace", "as_json"}, {"run"}) == ["grace"]
    assert unmatched("stop", {"run"}, {"run", "grace"}) == ["grace"]


@pytest.mark.parametrize("name", NAMES)
def test_requests_and_results_are_frozen_dataclasses(name):
    found = registry.get(name)
    for kind in (found.request, *found.results):
        assert dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen, kind


@pytest.mark.parametrize("name", NAMES)
def test_a_verb_prints_json_if_and_only_if_its_operation_has_documents(name):
    prints = "as_json" in {entry.name for entry in COMMANDS[name].params}
    assert prints == bool(registry.get(name).results) or name == "top"


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_takes_a_cell_and_its_own_request(name):
    found = registry.get(name)
    hints = typing.get_type_hints(found.perform)
    assert list(hints)[:2] == ["cell", "request"] and hints["request"] is found.request


def test_every_option_that_changes_the_class_is_a_field_or_is_presentation():
    for name, options in operations.OPTIONS.items():
        fields = {field.name for field in dataclasses.fields(registry.get(name).request)}
        assert {option for option, _ in options} <= fields | PRESENTATION.get(name, set())


def test_a_request_that_reaches_only_descendants_names_its_run_and_has_the_option():
    for name, option in operations.OF_DESCENDANTS.items():
        request = registry.get(name).request
        assert "run" in {field.name for field in dataclasses.fields(request)}, name
        assert option is None or hasattr(request, option), name


@pytest.fixture
def home(tmp_path):
    return str(tmp_path / "home")


def inside(home, *may):
    """A cell whose caller is the agent of the run `one`."""
    run = make(home, "one", may=list(may))
    return Cell(home, {}, "/", ask_caller=lambda: access.Caller(home, (run,), 1, frozenset(may)))


def refusals(cell):
    box = os.path.join(cell.caller.runs[0], layout.SPOOL, "new")
    names = sorted(os.listdir(box)) if os.path.isdir(box) else []
    return [json.loads(Path(box, name).read_text())["verb"] for name in names]


@pytest.mark.parametrize("name", [name for name in NAMES if operations.OPERATIONS[name] == operations.PERSON])
def test_what_is_for_a_person_is_refused_before_it_begins(home, name):
    cell = inside(home)
    with pytest.raises(Refused, match="is for a person"):
        registry.perform(cell, name, object())  # the operation itself would not know what to do with it
    assert refusals(cell) == [name]


@pytest.mark.parametrize("name", operations.OF_DESCENDANTS)
def test_what_reaches_only_descendants_is_refused_for_another_run(home, name):
    cell = inside(home)
    make(home, "stranger")
    request = types.SimpleNamespace(run="stranger", urgent=True)
    with pytest.raises(Refused, match="reaches only runs that this run launched"):
        registry.perform(cell, name, request)
    assert refusals(cell) == [name]


def test_a_descendant_is_reached(home):
    cell = inside(home)
    make(home, "child", parent={"run": "one", "attempt": 1})
    registry.admit(cell, "stop", {}, "child")
    assert refusals(cell) == []


def test_a_grant_lets_the_operation_begin(home):
    granted = inside(home, "trust rm")
    directory = os.path.dirname(home)
    with pytest.raises(NotFound, match="was trusted"):
        registry.perform(granted, "trust rm", registry.get("trust rm").request(directory))


def test_who_asks_is_not_found_out_for_what_is_allowed_everywhere(home):
    def ask():
        raise AssertionError("asked")

    assert registry.perform(Cell(home, {}, "/", ask_caller=ask), "ls", registry.get("ls").request()).runs == []


def test_the_class_of_a_request_follows_its_options():
    gc = registry.get("gc").request
    assert registry.access("gc", gc()) == "look"
    assert registry.access("gc", gc(yes=True)) == "person"
    assert registry.access("gc", gc(yes=True, dry_run=True)) == "look"
    assert registry.access("answer", registry.get("answer").request("x", "1")) == "person"
