"""Yes and no mean this one question, and nothing beyond it."""

import pytest

from workcell.judgement import permission

ONCE = {
    ("Yes", "Yes, and don't ask again for make commands in /r", "No"): (0, 2),
    ("Yes, proceed (y)", "Yes, and don't ask again for commands that start with `touch` (p)", "No, and tell Codex what to do differently (esc)"): (0, 2),
    ("Yes", "Yes, allow all edits during this session (shift+tab)", "No, and tell Claude what to do differently (esc)"): (0, 2),
    ("Deny", "Allow once", "Always allow"): (1, 0),
}  # fmt: skip

OTHER = (
    ("Stop and wait for limit to reset", "Upgrade"),
    ("JSON", "YAML"),
    ("Yes, I trust this folder", "No, exit"),
    ("No, exit", "Yes, I accept"),
    ("Yes, in all directories", "No"),
    ("Yes, main", "Yes, other", "No"),
    ("Notes", "Yesterday"),
)
"""Dialogs that ask for no permission, or of which yes or no would decide more than what is asked."""


def dialog(options):
    return {"kind": "dialog", "text": "Do you want to proceed?", "question": "Do you want to proceed?", "options": [
        {"n": str(n), "text": text, "selected": n == 1} for n, text in enumerate(options, 1)
    ]}  # fmt: skip


@pytest.mark.parametrize("options", ONCE)
def test_the_option_for_this_once_is_found(options):
    found = [permission.option_for(dialog(options), allow=allow) for allow in (True, False)]
    assert [one and one["text"] for one in found] == [options[n] for n in ONCE[options]]


@pytest.mark.parametrize("options", OTHER)
def test_what_is_no_permission_for_this_once_has_none(options):
    assert (
        permission.option_for(dialog(options), allow=True)
        is permission.option_for(dialog(options), allow=False)
        is None
    )


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("Yes", "allowed"),
        ("Yes, and don't ask again", "allowed"),
        ("Allow once", "allowed"),
        ("No, and tell Codex what to do differently (esc)", "denied"),
        ("Don't allow", "denied"),
        ("postgres", None),
        ("Nothing of it", None),
    ],
)
def test_the_words_of_an_option_say_what_it_decides(text, decides):
    assert permission.decision(text) == decides
