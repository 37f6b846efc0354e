"""What every form of an export has in common; a conversation of anything can be exported."""

from tests.support import recorded_runs as made
from workcell.agents import registry
from workcell.cleaning.counted import Counted
from workcell.sessions import story
from workcell.sessions.records import Reader
from workcell.views import export_forms
from workcell.views.export_forms import Head, Source, TakenOut
from workcell.views.export_markdown import Markdown

HEAD = Head("s1", "a session", {}, "2026-11-20T05:12:09.042Z", redacted=True)


class Talk:
    """A conversation that belongs to no run."""

    def reader(self):
        return Reader(registry.find("claude", "/"), "session.jsonl", "transcript")

    def story(self):
        return story.Story()

    def chunks(self):
        data = made.lines(made.prompt("Fix it"), made.said("Used s3cr3t-Value-9."))
        yield from (data[at : at + 7] for at in range(0, len(data), 7))


def test_a_conversation_without_a_run_is_written():
    clean = Counted(["s3cr3t-Value-9"])
    text = "".join(export_forms.written(Markdown(), HEAD, [Source(None, None, Talk(), iter(()))], clean))
    assert "> Fix it\n\nUsed [redacted:secret].\n" in text
    assert export_forms.report(clean) == [TakenOut("secret", 1)]


def test_several_sources_have_titles():
    sources = [Source(f"Attempt {n}", n, None, iter([f"line {n}"])) for n in (1, 2)]
    text = "".join(export_forms.written(Markdown(), HEAD, sources, Counted(())))
    assert text.index("*Attempt 1*") < text.index("line 1") < text.index("*Attempt 2*") < text.index("line 2")


def test_kinds_have_words():
    assert TakenOut("github", 1).words == "1 × what looks like a secret of kind github"
    assert TakenOut("control", 3).words.startswith("3 × a text with characters that could steer")
