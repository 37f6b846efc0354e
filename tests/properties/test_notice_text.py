"""Texts of any content and length are valid for every destination, and hold no secret that the redactor knows."""

import re
import unicodedata
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.far_ends import telegram_html
from tests.support.notices import TEMPLATES, same
from workcell.base import clock
from workcell.channels import markup
from workcell.channels.render import LOOKS, TITLE, Texts
from workcell.rundir import notice, vocabulary

ANY = st.text(st.characters(), max_size=200) | st.text("<>&\"'`*_~[]()#!\\|\n\r\t\x00\x1b\u202e é🎉", max_size=80)
LONG = st.builds(lambda text, times: text * times, ANY, st.sampled_from([1, 1, 1, 100]))
NUMBER = st.integers() | st.floats() | st.none() | ANY | st.booleans()
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "why": LONG,
        "command": LONG,
        "objective": LONG,
        "branch": LONG,
        "due_at": ANY,
        "files": NUMBER,
        "added": NUMBER,
        "removed": NUMBER,
        "seconds": NUMBER,
        "cost_usd": NUMBER,
        "attempts": NUMBER,
        "something else": st.lists(ANY, max_size=2),
    },
)
NOTICE = st.builds(
    lambda event, run, name, edge, facts: {
        "schema": "workcell.file.notice/1",
        "id": notice.key(run, 1, event, edge),
        "run": run,
        "name": name,
        "attempt": 1,
        "event": event,
        "at": clock.stamp(1.8e9),
        "labels": [],
        "notify": None,
        "facts": facts,
    },
    st.sampled_from(vocabulary.NOTICE_EVENTS),
    LONG.filter(bool),
    LONG.filter(bool),
    ANY,
    FACTS,
)
RENDER = Texts(TEMPLATES, same).render
TAME = settings(max_examples=20)


def shows(text: str) -> bool:
    """Nothing in it but what is seen, spaces and line ends; U+200D joins emoji, U+200B parts Slack's marks."""
    return all(char in "\n\u200d\u200b" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co") for char in text)


@pytest.mark.parametrize("uses", sorted(LOOKS))
@TAME
@given(one=NOTICE, also=st.lists(NOTICE, max_size=4), times=st.sampled_from([1, 1, 40]), summary=st.booleans())
def test_every_text_is_valid_and_within_the_limit(uses, one, also, times, summary):
    found = RENDER(uses, one, also * times, summary=summary)
    look = LOOKS[uses]
    assert 0 < look.measure(found.body) <= look.limit
    assert look.measure(found.plain) <= look.limit
    assert 0 < len(found.title) <= TITLE and "\n" not in found.title
    assert 0 < len(found.wake) <= LOOKS["openclaw"].limit
    for text in (found.title, found.body, found.plain, found.html, found.wake, str(found.fields["text"])):
        assert shows(text)
        text.encode()
    if look.kind == markup.HTML:
        telegram_html(found.body)
        telegram_html(found.html)
    if look.kind == markup.MRKDWN:
        assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", found.body)


@TAME
@given(one=NOTICE, also=st.lists(NOTICE, max_size=3), summary=st.booleans())
@example(
    one={
        **dict(schema="", id="r", run="r", name="n", attempt=1, event="failed", at="", labels=[], notify=None),
        "facts": {"why": "x"},
    },
    also=[],
    summary=False,
)
def test_the_wake_text_says_the_same_whatever_the_facts(one, also, summary):
    with_facts = RENDER("openclaw", one, also, summary=summary).wake
    without = RENDER("openclaw", {**one, "facts": {}, "name": "other"}, also, summary=summary).wake
    assert with_facts == without


SECRET = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&<>_*~-", min_size=12, max_size=40)


def mask(secrets: list[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "•")
    return text


@pytest.mark.parametrize("uses", sorted(LOOKS))
@TAME
@given(data=st.data())
def test_no_known_secret_survives(uses, data):
    secrets = data.draw(st.lists(SECRET, min_size=1, max_size=3))
    # a control sequence in the middle of a secret hides it from whoever masks before it is taken out
    hidden = secrets + [secret[:5] + "\x1b[31m" + secret[5:] for secret in secrets]
    word = st.sampled_from(hidden) | ANY
    text = st.lists(word, max_size=6).map("".join)
    one = data.draw(NOTICE)
    one.update(name=data.draw(text) or "n", facts={key: data.draw(text) for key in ("why", "command", "branch", "x")})
    found = Texts(TEMPLATES, partial(mask, secrets)).render(uses, one, [one, one])
    for text_of in (found.title, found.body, found.plain, found.html, found.wake, repr(found.fields)):
        for kind in (markup.PLAIN, markup.HTML, markup.MARKDOWN, markup.MRKDWN):
            for secret in secrets:
                assert markup.escape(kind)(secret) not in text_of


@given(ANY)
def test_what_html_shows_is_the_text(text):
    clean = markup.line(text)
    assert telegram_html(markup.escape(markup.HTML)(clean)) == clean
    assert telegram_html(markup.bold(markup.HTML, clean)) == clean
    assert telegram_html(markup.code(markup.HTML, clean)) == clean


@given(ANY)
@example("1. not a list")
@example("# no heading")
@example("a *b* _c_ `d` [e](f) <g> &amp; http://h")
@example("``` `")
def test_what_markdown_shows_is_the_text(text):
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    clean = markup.line(text)
    if not clean:
        return
    [opened, inline, closed] = parser.parse(markup.escape(markup.MARKDOWN)(clean))
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children) == clean
    [_, inline, _] = parser.parse("x " + markup.code(markup.MARKDOWN, clean))
    assert [child.content for child in inline.children if child.type == "code_inline"] == [clean]
    [_, inline, _] = parser.parse(markup.bold(markup.MARKDOWN, clean))
    assert [child.type for child in inline.children][1] == "strong_open"


@given(st.text(st.characters(), max_size=100), st.integers(0, 60))
def test_a_cut_text_is_no_longer_than_it_may_be(text, size):
    cut = markup.cut(text, size)
    assert len(cut) <= size
    assert cut == text or size == 0 or cut.endswith("…")


def test_a_template_that_is_too_long_for_the_destination_leaves_the_title(tmp_path):
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "notice.j2").write_text("x" * 5000)
    one = {
        "schema": "",
        "id": "r",
        "run": "r",
        "name": "a <b> & c",
        "attempt": 1,
        "event": "failed",
        "at": "",
        "facts": {},
    }
    found = Texts([str(tmp_path), *TEMPLATES], same).render("telegram", one)
    assert found.body == "✗ a &lt;b&gt; &amp; c failed"
