"""Templates of people and repositories end within limits, and shipped ones start no child."""

import time
from pathlib import Path

import pytest

from workcell.base.errors import Invalid
from workcell.rundir import home_creation as homes
from workcell.texts import bounded, compose, recipe, search_path

QUICK = 20.0
"""Seconds: far above what a loaded machine needs, and far below what any of these would take."""

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"
HOSTILE = {
    "loops": LOOP,
    "repeated": "{{ 'a' * 3000000000 }}",
    "centred": "{{ 'a' | center(3000000000) }}",
    "formatted": "{{ '%3000000000d' % 1 }}",
    "power": "{{ 9 ** (9 ** 9) }}",
    "joined": "{% set ns = namespace(t='a') %}{% for a in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}",
    "macro": "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "long": "{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_ends_in_time_with_its_place(name):
    began = time.monotonic()
    with pytest.raises(Invalid) as told:
        recipe.render(HOSTILE[name], {}, "/r/evil.yaml:2: recipe 'evil', command")
    assert time.monotonic() - began < QUICK
    assert told.value.message.startswith("/r/evil.yaml:2: recipe 'evil', command: ")


def test_the_line_of_a_users_template_is_told(tmp_path, monkeypatch):
    # the child itself knows the line: on a loaded machine it may need longer to say it than it is usually left
    monkeypatch.setattr(bounded, "KILLED_AFTER", 30.0)
    home = str(tmp_path / "home")
    homes.ensure(home)
    own = tmp_path / "home/templates/supervisor.md.j2"
    own.parent.mkdir()
    # a loop that prints nothing: one that prints may meet the limit on memory first
    own.write_text("one\ntwo\n" + LOOP.replace("x", "") + "\n")
    with pytest.raises(Invalid, match=f"{own}:3: it takes longer than"):
        compose.render("supervisor.md.j2", {"found": None}, home)
    own.write_text("one\n{{ nobody }}\n")
    with pytest.raises(Invalid, match=f"{own}:2: 'nobody' is undefined"):
        compose.render("supervisor.md.j2", {"found": None}, home)
    own.write_text("{% for a in range(3) %}{{ found }}{% endfor %}")
    assert compose.render("supervisor.md.j2", {"found": "\udc80é"}, home) == "\udc80é" * 3


def test_what_is_shipped_is_plain_and_starts_no_child(monkeypatch):
    monkeypatch.setattr(bounded, "limited", lambda _: pytest.fail("a child was started"))
    for item in search_path.items("recipes"):
        values = recipe.resolve(item.name, home="/nonexistent", project=None, complete=False).values
        words = [*(values.get("command") or []), *(values.get("resume") or []), *values["ignore_repo"]]
        known = dict.fromkeys(("python", "package", "session", "agent_dir", "attempt_dir", "workspace", "prompt"), "x")
        for word in words:
            recipe.render(word, known, "x")
        recipe.seeds(values, known, "x")
    assert Path(compose.render("rescue.md.j2", {"run": "r", "dir": "d", "home": "h", "workspace": "w"})).name


def test_a_child_that_only_computes_is_killed():
    began = time.monotonic()
    with pytest.raises(bounded.TemplateFailure, match="longer"):
        bounded.limited(lambda: str(pow(7, 10**9)))
    assert time.monotonic() - began < QUICK


def test_what_a_child_makes_comes_back_whole():
    text = "é\udc80\n" * 1_000_000
    assert bounded.limited(lambda: text) == text
    with pytest.raises(bounded.TemplateFailure, match="no such key"):
        bounded.limited(lambda: {}["no such key"])
