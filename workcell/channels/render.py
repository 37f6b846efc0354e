"""The words of a notice, from its facts and the templates, for one destination."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2
import jinja2.sandbox

from workcell.base.errors import Invalid
from workcell.channels import figures, markup
from workcell.channels.to.protocol import Rendered
from workcell.rundir import notice as words
from workcell.texts import bounded, search_path

if TYPE_CHECKING:
    from workcell.channels.day import Day
    from workcell.channels.notice_document import NoticeDocument
    from workcell.rundir.schema import Notice, NoticeEvent, NoticeFacts

Redact = Callable[[str], str]


@dataclass(frozen=True)
class Look:
    """What a kind of destination takes: its markup, its limit as it counts it, whether the title stands apart."""

    kind: str
    limit: int
    measure: Callable[[str], int]
    headed: bool


LOOKS = {
    "telegram": Look(markup.HTML, 4096, markup.utf16, True),
    "slack": Look(markup.MRKDWN, 3000, markup.utf16, True),  # of one section block; the whole message takes 40,000
    "ntfy": Look(markup.MARKDOWN, 4096, markup.utf8, False),
    "email": Look(markup.HTML, 20_000, len, False),
    "desktop": Look(markup.PLAIN, 400, len, False),
    "openclaw": Look(markup.PLAIN, 500, len, False),
    "webhook": Look(markup.PLAIN, 10_000, len, False),
    "command": Look(markup.PLAIN, 10_000, len, False),
    "apprise": Look(markup.PLAIN, 1500, len, False),
}
TITLE = 150
"""Slack's limit for a title, the least of all, and enough for every subject line."""

SAID = {
    "started": ("▶", "started", "the agent is at work"),
    "passed": ("✓", "passed", "verify.sh ended with 0"),
    "failed": ("✗", "failed", "it did not pass its check"),
    "unverified": ("○", "ended unverified", "there is no verify.sh to check it"),
    "stopped": ("■", "was stopped", "a person stopped it"),
    "abandoned": ("✗", "was abandoned", "a cap ended it"),
    "tampered": ("⚠", "was tampered with", "what checks it was changed"),
    "prompt": ("?", "needs you: an approval", "the agent waits for an approval"),
    "question": ("?", "needs you: a question", "the agent asks something"),
    "auth": ("?", "needs you: a login", "the agent is not logged in any more"),
    "billing": ("?", "needs you: billing", "the account cannot be charged"),
    "unchecked": (
        "?",
        "needs you: a word, or its check",
        "the agent has ended its turn, and nothing has its work checked",
    ),
    "proposal": ("?", "needs you: a proposal", "a playbook asks whether it may do something"),
    "suggested": ("?", "needs you: a suggestion", "a message waits for you to release it"),
    "limited": ("…", "waits for a usage limit", "the account's limit is used up"),
    "resumed": ("▶", "was resumed", "the next attempt has begun"),
    "stuck": ("⚠", "is stuck", "nothing has moved for a while"),
    "idle": ("◌", "waits for your words", "the agent has ended its turn"),
    "idle_long": ("◌", "still waits for your words", "the agent has ended its turn"),
    "progress": ("▸", "goes on", "it has done something since the last notice"),
    "told": ("✉", "tells you", "words of the agent"),
    "checked": ("✓", "was checked after a turn", "a message asked for its check"),
    "escalated": ("⚠", "needs a person", "what could be done by itself has been done"),
}
"""By event: glyph, words on the run, and the reason that is shown where the notice gives none."""

_COMMANDS = {
    "question": "answer",
    "prompt": "answer",
    "auth": "status",
    "billing": "status",
    "idle": "attach",
    "idle_long": "attach",
    "unchecked": "status",
    "proposal": "why",
    "suggested": "inbox",
    "started": "status",
    "told": "show",
    "checked": "inbox",
    "progress": "show",
    "limited": "status",
    "resumed": "status",
    "passed": "handoff",
    "unverified": "handoff",
    "stopped": "handoff",
}

_LONGEST, _EDGE = 20_000, 1000
"""No value is looked at beyond so many characters, and the last of those are dropped."""

_SIZES = (3000, 1500, 700, 300, 140, 70, 30, 12, 4)
_ITEMS = (50, 50, 30, 15, 8, 5, 3, 1, 0)


@dataclass(frozen=True)
class _Cleaned:
    """A notice with every text in it cleaned and redacted."""

    id: str
    run: str
    name: str
    attempt: int
    event: NoticeEvent
    at: str
    facts: NoticeFacts
    command: str


class Texts:
    """Renders notices with the templates in `folders`, first match wins; each holds `notices/*.j2`.

    `redact` masks secrets; every value of a notice passes it, after control sequences are out and before anything
    is cut or escaped. Raises Invalid when a template is missing or broken.
    """

    def __init__(self, folders: Sequence[str], redact: Redact) -> None:
        self._loader = jinja2.FileSystemLoader(list(folders))
        self._folders = folders
        # templates of the user's are rendered within limits; one of them may be part of a shipped one
        own = [one for one in folders if one != search_path.shipped("templates")]
        self._shipped_alone = not any(os.path.isdir(os.path.join(one, "notices")) for one in own)
        self._redact = redact
        self._environments: dict[str, jinja2.Environment] = {}

    def render(
        self,
        uses: str,
        notice: Notice,
        also: Sequence[Notice] = (),
        *,
        summary: bool = False,
        day: Day | None = None,
    ) -> Rendered:
        """`notice` as that kind of destination takes it, with what stands in for `also`.

        As a summary all of them are listed, oldest first, below the report of the `day`, which replaces those on its
        runs; otherwise `notice` is shown whole, and `also` (earlier ones, less those outdated) are named and counted.
        """
        look = LOOKS[uses]
        one = self._cleaned(notice)
        also = words.without_outdated([*also, notice])[:-1]
        gathered = [*also, notice] if summary else list(also)
        title = f"{len(gathered)} notices: {_kinds(gathered)}" if summary else self._title(one)
        urgent = any(other["event"] in words.URGENT for other in (gathered if summary else [notice]))
        if day is not None:
            title, gathered = self._clean(day.title), [other for other in gathered if other["run"] not in day.runs]
        # the newest are shown where there is no room for all
        newest = [self._cleaned(other) for other in gathered[-_ITEMS[0] :]]

        def body(kind: str, limit: int, measure: Callable[[str], int], headed: bool) -> str:
            for size, items in zip(_SIZES, _ITEMS, strict=True):
                # beside a notice that is shown whole, all of the others are named or none
                shown = newest[-items:] if items and (summary or len(also) <= items) else []
                values = _values(one, shown, size, summary)
                values.update(headed=headed, kinds=_kinds(also), more=len(gathered) - len(shown))
                told = [self._clean(line) for line in day.lines(items, size)] if day is not None else []
                values.update(day=told, title=markup.cut(title, max(size, 30)))
                text = self._fill(kind, "summary.j2" if summary else "notice.j2", values)
                if measure(text) <= limit:
                    return text
            return self._least(kind, title, limit, measure)

        plain = body(markup.PLAIN, look.limit, look.measure, look.headed)
        return Rendered(
            id=words.file_name(str(notice["id"])),
            event=str(notice["event"]),
            urgent=urgent,
            title=markup.cut(title, TITLE),
            body=plain if look.kind == markup.PLAIN else body(look.kind, look.limit, look.measure, look.headed),
            plain=plain,
            html=body(markup.HTML, look.limit, look.measure, False) if uses == "email" else "",
            wake=self._wake(notice, len(also)),
            fields=_fields(one, title, plain, len(also)),
        )

    def _clean(self, value: object) -> str:
        """One redacted line. Control sequences go out first: one inside a secret would hide it from `redact`."""
        text = str(value)
        found = markup.line(self._redact(markup.line(text[:_LONGEST])))
        # the cut may have gone through a secret, which the redactor does not know by its first half
        return found if len(text) <= _LONGEST else found[:-_EDGE]

    def _cleaned(self, notice: Notice) -> _Cleaned:
        facts = _facts(notice)
        given = facts.get("command")
        cleaned: Any = {
            self._clean(key): self._clean(value) if isinstance(value, str) else value
            for key, value in facts.items()
            if value is None or isinstance(value, str | int | float)
        }
        usual = default_command(notice["event"], notice["run"])
        return _Cleaned(
            id=self._clean(notice["id"]),
            run=self._clean(notice["run"]),
            name=self._clean(notice["name"]),
            attempt=notice["attempt"],
            event=notice["event"],
            at=self._clean(notice["at"]),
            facts=cleaned,
            command=self._clean(given if isinstance(given, str) and given.strip() else usual),
        )

    def _title(self, one: _Cleaned) -> str:
        glyph, said, _ = SAID[one.event]
        values = {"glyph": glyph, "name": markup.cut(one.name, 60), "said": said}
        return markup.line(self._fill(markup.PLAIN, "title.j2", values))

    def _wake(self, notice: Notice, more: int) -> str:
        run = _own(notice["run"])
        values = {
            "run": run,
            "attempt": notice["attempt"],
            "said": SAID[notice["event"]][1],
            "more": more,
            "command": default_command(notice["event"], run),
            "id": _own(notice["id"]),
        }
        text = markup.line(self._redact(self._fill(markup.PLAIN, "wake.j2", values)))
        return markup.cut(text, LOOKS["openclaw"].limit)

    def _least(self, kind: str, title: str, limit: int, measure: Callable[[str], int]) -> str:
        """The title alone, where a template of the user's is too long for the destination whatever it is given."""
        size = limit
        while size > 0 and measure(text := markup.escape(kind)(markup.cut(title, size))) > limit:
            size = size * 3 // 4
        return text if size > 0 else ""

    def _fill(self, kind: str, template: str, values: Mapping[str, object]) -> str:
        try:
            if self._shipped_alone:
                text = self._environment(kind).get_template(f"notices/{template}").render(values)
            else:
                text = bounded.limited(
                    lambda: self._environment(kind).get_template(f"notices/{template}").render(values)
                )
        except bounded.TemplateFailure as error:
            place = self._place(template) + (f":{error.lineno}" if error.lineno else "")
            raise Invalid(f"{place}: {error}", "correct the template") from error
        except jinja2.TemplateSyntaxError as error:
            raise Invalid(
                f"{error.filename or template}:{error.lineno}: {error.message}", "correct the template"
            ) from error
        except jinja2.TemplateNotFound as error:
            raise Invalid(f"there is no template notices/{template}", "reinstall workcell, or write one") from error
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(f"template notices/{template}: {error}", "correct the template") from error
        # in Markdown two lines are one paragraph unless the first ends with two spaces
        end = "  \n" if kind == markup.MARKDOWN else "\n"
        return end.join(part.rstrip() for part in text.strip().split("\n"))

    def _place(self, template: str) -> str:
        paths = [os.path.join(folder, "notices", template) for folder in self._folders]
        return next((path for path in paths if os.path.exists(path)), template)

    def _environment(self, kind: str) -> jinja2.Environment:
        found = self._environments.get(kind)
        if found is None:
            found = jinja2.sandbox.SandboxedEnvironment(
                loader=self._loader,
                undefined=jinja2.StrictUndefined,
                finalize=_finalize(kind),
                keep_trailing_newline=False,
            )
            found.filters["bold"] = lambda text: markup.bold(kind, str(text))
            found.filters["code"] = lambda text: markup.code(kind, str(text))
            self._environments[kind] = found
        return found


def default_command(event: NoticeEvent, run: str) -> str:
    """The command that answers a notice of that event, with the run's id, which names no other run."""
    return f"workcell {_COMMANDS.get(event, 'why')} {shlex.quote(str(run))}"


def _finalize(kind: str) -> Callable[[object], object]:
    """Escapes what a template prints; what it makes of escaped text by joining is escaped once more, never less."""
    escape = markup.escape(kind)

    def finalize(value: object) -> object:
        if isinstance(value, markup.Done | jinja2.Undefined):
            return value
        return escape(str(value))

    return finalize


def _fields(one: _Cleaned, title: str, plain: str, more: int) -> NoticeDocument:
    """The document that programs and webhooks get."""
    return {
        "schema": "workcell.notice/1",
        "id": one.id,
        "run": one.run,
        "name": one.name,
        "attempt": one.attempt,
        "event": one.event,
        "at": one.at,
        "title": title,
        "text": plain,
        "command": one.command,
        "more": more,
        "facts": one.facts,
    }


def _facts(notice: Notice) -> NoticeFacts:
    """The facts of a notice; empty where a person's editor left something else there."""
    found = notice.get("facts")
    return found if isinstance(found, dict) else {}


def _own(value: object) -> str:
    """An id with nothing in it but what ids of ours are made of."""
    allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"
    return "".join(char if char in allowed else "_" for char in str(value))[:160]


def _kinds(notices: Sequence[Notice]) -> str:
    counted = Counter(str(one["event"]) for one in notices)
    return ", ".join(f"{number} {event}" for event, number in counted.most_common())


def _values(one: _Cleaned, shown: Sequence[_Cleaned], size: int, summary: bool) -> dict[str, object]:
    """What a template sees; every text in it is at most `size` characters long."""
    facts, command = one.facts, "workcell ls" if summary else one.command
    glyph, said, why = SAID[one.event]
    listed = [
        {
            "glyph": SAID[other.event][0],
            "name": markup.cut(other.name, min(size, 60)),
            "said": SAID[other.event][1],
            "event": other.event,
            "why": markup.cut(str(other.facts.get("why") or ""), min(size, 120)),
        }
        for other in shown
    ]
    return {
        "id": markup.cut(one.id, size),
        "run": markup.cut(one.run, size),
        "at": markup.cut(one.at, size),
        "name": markup.cut(one.name, min(size, 60)),
        "attempt": one.attempt,
        "event": one.event,
        "glyph": glyph,
        "said": said,
        "why": markup.cut(str(facts.get("why") or why), size),
        "objective": markup.cut(str(facts.get("objective") or ""), size),
        # what is to be approved is shown whole where there is any room: its end may be what matters
        "asks": markup.cut(str(facts.get("asks") or ""), size),
        "prompt": markup.cut(str(facts.get("prompt") or ""), size),
        "answer": markup.cut(str(facts.get("answer") or ""), size),
        "tests": markup.cut(str(facts.get("tests") or ""), size),
        "choices": markup.cut(str(facts.get("choices") or ""), min(size, 300)),
        "reply": markup.cut(str(facts.get("reply") or ""), max(size, 200)),
        "changed": [markup.cut(part, size) for part in figures.of(facts)],
        # a command that was cut would be another command: it is whole, or it is left out
        "command": command if len(command) <= max(size, 200) else "",
        "also": listed,
        "also_named": bool(listed) and not summary,
        "listed": listed,
    }
