"""An export as Markdown: readable, and not to be broken by what an agent says."""

from tests.support import recorded_runs as made
from tests.unit.sessions.test_turns import answer, call
from tests.unit.views.test_export import exported
from workcell.sessions import story
from workcell.sessions.turns import Step
from workcell.views.export_forms import Head, TakenOut
from workcell.views.export_markdown import Markdown

T0, T1 = "2026-11-20T05:12:09.042Z", "2026-11-20T05:14:19.042Z"


def test_markdown_cannot_be_broken_by_what_an_agent_says(tmp_path):
    wild = "Look:\n```py\nx < <b>\n"
    records = made.lines(
        made.prompt("# no heading <script>"), call(1), answer("````\n</details>", 1), made.said(wild + "<i>in code"),
        made.prompt("Next `<b>` <b>", "q"), made.said("ok", "t"),
    )  # fmt: skip
    text, _ = exported(made.recorded(tmp_path, transcript=records))
    assert "> # no heading \\<script>" in text
    assert "x < <b>\n<i>in code\n```\n" in text, "code stays as it is, and is closed"
    assert "> Next `<b>` \\<b>" in text
    assert "`````text\n````\n</details>\n`````\n" in text


def test_parts_are_headings_words_and_folded_calls():
    made_of = [
        story.Prompt(1, "Fix it", False, T0),
        Step("tool", "Bash: make → exit 1", "Bash: make\nmake", T0, result="no", failed=True, exit_code=1),
        Step("note", "tries again in 3 s", "", T0),
        story.TurnEnd(True, T0, T1),
    ]
    text = "".join(piece for part in made_of for piece in Markdown().part(part))
    assert text.startswith("## 1. Prompt · 2026-11-20 05:12:09 UTC\n\n> Fix it\n\n")
    assert "<summary><code>Bash: make → exit 1</code> ✗</summary>\n\n```text\nmake\n```\n\n```text\nno\n```" in text
    assert text.endswith("- tries again in 3 s\n\n*Turn ended after 2m 10s.*\n\n")


def test_times_that_are_no_stamps_stay_as_the_agent_wrote_them():
    text = "".join(Markdown().part(story.Prompt(1, None, False, "yesterday")))
    assert "## 1. Prompt · yesterday" in text and "not in these records" in text
    assert "".join(Markdown().part(story.TurnEnd(False, "yesterday", T1))) == "*Turn failed.*\n\n"


def test_the_head_and_the_end():
    head = Head("id", "a *b*", {"Launched": T0, "Recipe": "claude"}, T1, redacted=True)
    assert "".join(Markdown().head(head)) == "# a \\*b\\*\n\n- Launched: 2026-11-20 05:12:09 UTC\n- Recipe: claude\n\n"
    assert "".join(Markdown().end([])) == ""
    assert "- 2 × a value of the environment of the run\n" in "".join(Markdown().end([TakenOut("secret", 2)]))
