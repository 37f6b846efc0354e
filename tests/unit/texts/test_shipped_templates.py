"""Shipped templates as plain Python say what Jinja makes of their files."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workcell.texts import compiled, compose, jinja, shipped_templates

TEXT = some.text(some.characters(codec="utf-8"), max_size=30)
LINES = some.lists(TEXT, max_size=3)
ROW = some.fixed_dictionaries({name: TEXT for name in ("n", "recipe", "ended", "took", "verify", "outcome")})
SECTIONS = some.dictionaries(some.sampled_from(compose.HANDOFF_SECTIONS), TEXT)
LISTS = ("facts", "go_on", "stands", "open_boxes", "messages", "budget", "ports", "repeated")
TEXTS = (
    "run", "objective", "written_at", "outcome", "reason", "agent_rest", "last_message", "commits", "verify_tail", "log_tail",
    "run_dir", "brief_file", "verify_file", "handoff", "handoff_file", "brief_text", "workspace", "brief", "agent_dir",
    "prose", "dir", "home", "again",
)  # fmt: skip
VALUES = some.fixed_dictionaries(
    {
        **{name: TEXT for name in TEXTS},
        **{name: LINES for name in LISTS},
        "attempt": some.integers(1, 999),
        "standby": some.booleans(),
        "checked": some.booleans(),
        "shared": some.booleans(),
        "titles": some.just(compose.HANDOFF_SECTIONS),
        "agent": SECTIONS,
        "instead": some.fixed_dictionaries({title: TEXT for title in compose.HANDOFF_SECTIONS}),
        "attempts": some.lists(ROW, max_size=3),
    }
)


@pytest.mark.parametrize("name", shipped_templates.COMPILED)
@given(values=VALUES)
def test_a_compiled_template_says_what_jinja_makes_of_the_file(name, values):
    made = compiled.find(name)
    assert made is not None
    assert made(values) == jinja.shipped(name, values)
