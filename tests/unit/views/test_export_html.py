"""An export as one HTML file: whatever an agent says is text in it."""

import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import recorded_runs as made
from tests.unit.sessions.test_turns import answer, call
from tests.unit.views.test_export import exported
from workcell.sessions import story
from workcell.sessions.turns import Step
from workcell.views.export_forms import Head
from workcell.views.export_html import POLICY, Html, prose

T0 = "2026-11-20T05:12:09.042Z"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "dl", "dt", "dd", "main", "section", "h2"),
    *("div", "p", "pre", "code", "strong", "details", "summary", "hr", "footer", "ul", "li"),
}


class Reader(html.parser.HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = set(), set(), "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag not in ("meta", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page(parts):
    form = Html()
    head = Head("id", "a <b>", {"Launched": T0}, T0, redacted=True)
    return "".join([*form.head(head), *(piece for part in parts for piece in form.part(part)), *form.end([])])


words = st.text(st.sampled_from("<>&\"'`*~ \n#ab/=") | st.characters(exclude_categories=["Cs"]), max_size=60)


@given(
    st.lists(st.tuples(st.sampled_from(["prompt", "said", "tool", "note", "error", "end"]), words, words), max_size=8)
)
def test_nothing_that_is_said_becomes_markup(pieces):
    parts = []
    for number, (kind, text, more) in enumerate(pieces):
        if kind == "prompt":
            parts.append(story.Prompt(number, text, False, more))
        elif kind == "end":
            parts.append(story.TurnEnd(False, text, more))
        else:
            parts.append(Step(kind, text, more, T0, result=text, failed=True))
    found = Reader(page(parts))
    assert found.tags <= TAGS and not found.open
    assert found.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}


def test_code_and_bold_words_are_shown_as_such():
    text = "".join(prose("Use `a < b` and **this**.\n\n```py\nx = 1\n```\nafter\n```\nopen"))
    assert text == (
        "<p>Use <code>a &lt; b</code> and <strong>this</strong>.</p>\n<pre><code>x = 1</code></pre>\n<p>after</p>\n"
        "<pre><code>open</code></pre>\n"
    )


def test_a_page_loads_nothing_and_may_load_nothing(tmp_path):
    run = made.recorded(
        tmp_path,
        transcript=made.lines(
            made.prompt('<img src="http://example.org/x">'),
            call(1),
            answer("</pre><script>1</script>", 1),
            made.said('![x](http://example.org/y) <link href="//example.org">'),
        ),
    )
    text, _ = exported(run, "html")
    found = Reader(text)
    assert not {"src", "href", "srcset", "style", "onload"} & found.attributes and not {"img", "script"} & found.tags
    assert POLICY.replace("'", "&#x27;") in text and "</pre><script>1</script>" in found.text


def test_attempts_and_turns_are_closed_in_order():
    form = Html()
    pieces = [*form.head(Head("id", "t", {}, T0, redacted=True))]
    for number in (1, 2):
        pieces += [*form.source(f"Attempt {number}"), *form.part(story.Prompt(1, None, False, None))]
    found = Reader("".join([*pieces, *form.log(iter(["<x>"])), *form.end([])]))
    assert not found.open and "Attempt 2" in found.text and "not in these records" in found.text


@pytest.mark.parametrize(("failed", "kind"), [(True, "tool failed"), (False, "tool")])
def test_a_failed_call_is_marked(failed, kind):
    step = Step("tool", "Bash: make → exit 1", "Bash: make", T0, result="no", failed=failed)
    assert f'<details class="{kind}"><summary><code>Bash: make → exit 1</code></summary>\n<pre>no</pre>' in page([step])
