"""The words of a report in every form: nothing in a text becomes markup, and nothing is broken into pieces."""

import re

import pytest

from workcell.git.checkout import Commit
from workcell.views import own_commits, recoveries, report, report_text

NAME = "<script>alert(1)</script> *bold* [link](http://example.org)"


def ended(**more):
    values = {
        "id": "id-1",
        "name": NAME,
        "objective": "a & b",
        "outcome": "passed",
        "reason": "verify.sh ended with 0",
        "ended_at": "2026-11-20T05:12:09.042Z",
        "attempts": 2,
        "commits": 1,
        "files": 2,
        "insertions": 3,
        "deletions": 4,
        "untracked": 0,
        "branch": "workcell/id-1",
        "merged": False,
        "merge": "workcell merge id-1",
        "merge_in": "/a b",
        "check": [],
        "command": None,
        "cost_usd": 1.5,
        "tokens": {"input": 2000, "output": 10},
    }
    return report.Ended(**{**values, **more})


def made(**more):
    values = {
        "since_at": "2026-11-20T00:00:00.000Z",
        "until_at": "2026-11-20T08:00:00.000Z",
        "passed": [],
        "failed": [],
        "others": [],
        "waits": [],
        "recovered": [],
        "commits": None,
        "live": 1,
        "cost_usd": None,
        "tokens": {},
        "without_cost": 0,
        "left_out": report.LeftOut(0, 0, 0, 0, 0, 0),
        "text": "",
    }
    return report.Result(**{**values, **more})


FULL = made(
    passed=[ended()],
    failed=[ended(outcome="failed", check=["E <b>x</b>", "  `two`"], command="workcell resume id-1")],
    others=[ended(outcome="stopped", reason=None, merge=None, branch=None)],
    waits=[
        report.Waiting("w", "asks", "question", "answer", "which <one>?", None, "workcell answer w"),
        report.Waiting("l", "limited", "scheduled", None, None, "2026-11-20T09:00:00.000Z", None),
    ],
    recovered=[recoveries.Recovered("r", "again", "2026-11-20T07:00:00.000Z", "usage-limit", "resume", 2, "it reset")],
    commits=own_commits.OwnCommits("/src/<x>", "main", [Commit("0123456789abcdef", "fix <it>", "Me & I", "t")], None),
    cost_usd=2.0,
    tokens={"input": 5},
    without_cost=1,
    left_out=report.LeftOut(3, 0, 0, 0, 0, 0),
)


def test_the_text_has_every_part_with_its_commands():
    text = report_text.plain(FULL)
    assert text.startswith("Report on the last 8h, until ")
    for words in (
        "changed  2 files +3 −4, 1 commit",
        "merge    cd '/a b' && workcell merge id-1",
        "spent    1.50 USD, 2k tokens in, 10 out, 2 attempts",
        "and 3 more",
        "check    E <b>x</b>",
        "next     workcell resume id-1",
        "→ asks  answer: which <one>?",
        "next     workcell answer w",
        "◷ limited  waits until ",
        "↻ again  usage-limit: opened attempt 2, it reset",
        "· 0123456789  fix <it>, by Me & I",
        "1 run lives; spent 2.00 USD, 5 tokens in, 0 out; 1 run told of no cost",
    ):
        assert words in text, words


def test_a_merged_run_says_so_and_a_report_without_runs_says_that():
    assert "branch   workcell/id-1, merged" in report_text.plain(made(passed=[ended(merged=True, merge=None)]))
    assert report_text.plain(made()).split("\n")[1] == "nothing ended, and nothing waits"
    trouble = own_commits.OwnCommits("/x", None, [], "they cannot be read")
    assert "? not known  they cannot be read" in report_text.plain(made(commits=trouble))


def test_the_page_has_no_script_no_link_and_no_markup_of_a_text():
    text = report_text.page(FULL)
    tags = set(re.findall(r"</?([a-z0-9]+)", text))
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "ul",
        "li",
        "strong",
        "dl",
        "dt",
        "dd",
        "code",
        "p",
    }
    assert not re.search(r"\s(href|src)=|url\(", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "E &lt;b&gt;x&lt;/b&gt;" in text
    assert "default-src 'none'" in text


def test_markdown_escapes_what_would_be_markup():
    text = report_text.markdown(FULL)
    assert "**\\<script\\>alert\\(1\\)\\</script\\> \\*bold\\* \\[link\\]\\(http://example\\.org\\)**" in text
    assert "- check: `E <b>x</b>`" in text and "``   `two` ``" in text


@pytest.mark.parametrize(("form", "begin"), [("text", "Report on"), ("md", "# Report"), ("html", "<!doctype html>")])
def test_the_form_that_was_asked_for_is_made(form, begin):
    assert report_text.with_text(FULL, form).text.startswith(begin)


def test_a_pass_whose_agent_did_not_end_well_is_told_with_that():
    reason = "verify.sh ended with 0, although the agent vanished: its runner died and no exit code is known"
    text = report_text.plain(made(passed=[ended(reason=reason)]))
    assert "    but      the agent vanished: its runner died and no exit code is known\n" in text
    assert "    but " not in report_text.plain(made(passed=[ended()]))
