"""Text for the markup of each destination: it means itself, on one line, and no longer than allowed."""

import pytest

from workcell.channels import markup

KINDS = (markup.HTML, markup.MRKDWN, markup.MARKDOWN, markup.PLAIN)


def test_a_line_is_one_line_without_what_steers():
    assert markup.line("a\nb\tc\x1b[31md\u202ee") == markup.line(markup.line("a\nb\tc\x1b[31md\u202ee"))
    assert not set("\n\t\x1b\u202e") & set(markup.line("a\nb\tc\x1b[31md\u202ee"))


@pytest.mark.parametrize(("text", "size", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 1, "")])
def test_what_is_cut_says_so(text, size, cut):
    assert markup.cut(text, size) == cut


def test_lengths_as_others_count_them():
    assert (markup.utf16("a🚀"), markup.utf8("é🚀")) == (3, 6)


def test_html_is_escaped():
    assert markup.escape(markup.HTML)("<b>&") == "&lt;b&gt;&amp;"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_escaped_already_stays(kind):
    done = markup.bold(kind, "a")
    assert isinstance(done, markup.Done) and "a" in done and "x" in markup.code(kind, "x")


def test_bold_html_holds_no_tag_of_the_text():
    assert "<i>" not in markup.bold(markup.HTML, "<i>") and "<i>" not in markup.code(markup.HTML, "<i>")
