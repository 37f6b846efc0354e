"""Templates and words of recipes without Jinja say what Jinja makes of them."""

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workcell.base.errors import Invalid
from workcell.texts import compiled, compose, jinja, recipe, search_path

TEXT = some.text(some.characters(codec="utf-8"), max_size=30)


def test_a_template_that_was_changed_is_rendered_as_it_is(tmp_path, monkeypatch):
    shutil.copytree(search_path.shipped("templates"), tmp_path / "templates")
    monkeypatch.setattr(search_path, "shipped", lambda kind: os.path.join(tmp_path, kind))
    (tmp_path / "templates" / "rescue.md.j2").write_text("{{ run }} in other words")
    jinja.templates.cache_clear()
    try:
        assert compiled.find("rescue.md.j2") is None
        assert compiled.find("prompt.md.j2") is not None
        assert compose.render("rescue.md.j2", {"run": "r1"}) == "r1 in other words"
    finally:
        jinja.templates.cache_clear()
    (tmp_path / "templates" / "rescue.md.j2").unlink()
    assert compiled.find("rescue.md.j2") is None


def test_a_template_that_is_not_compiled_is_left_to_jinja():
    assert compiled.find("supervisor.md.j2") is None


NAMES = ("run", "prompt", "model_name")
WORDS = some.lists(
    some.one_of(
        TEXT, some.sampled_from([f"{{{{ {name} }}}}" for name in NAMES]), some.sampled_from(["{{run}}", "{", "}}", " "])
    ),
    max_size=5,
).map("".join)


@given(text=WORDS, values=some.fixed_dictionaries({name: TEXT for name in NAMES}))
def test_names_are_filled_in_as_jinja_does(text, values):
    made = compiled.filled_in(text, values)
    if made is not None:
        assert made == jinja.words(text, values)


def test_plain_names_need_no_jinja_and_all_else_does():
    known = {"run": "r1", "attempt": 2}
    assert compiled.filled_in("--name={{ run }}", known) == "--name=r1"
    assert compiled.filled_in("no braces", known) == "no braces"
    for text in (
        "{{ attempt }}",
        "{{ unknown }}",
        "{{ run | quote }}",
        "{% if run %}x{% endif %}",
        "{# no #}",
        "a\r\nb",
    ):
        assert compiled.filled_in(text, known) is None, text
    with pytest.raises(Invalid, match="unknown"):
        recipe.render("{{ unknown }}", known, "here")
