"""The keys of an adapter's file: those of every adapter, those of each kind of destination, and how each is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workcell.base import spelling
from workcell.base.light_dataclass import dataclass
from workcell.rundir import vocabulary
from workcell.texts import fields
from workcell.texts.document import Document
from workcell.texts.fields import Field, Path

if TYPE_CHECKING:
    from workcell.texts.document import Foreign

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SECRET_NAME = re.compile(r"authorization|cookie|token|key|secret|password|signature", re.IGNORECASE)
CURE = "write {file: PATH} (mode 0600), {command: [program, argument]} or {env: NAME}"
"""How a secret is given: what a fault about one advises."""

GROUPS = {"all": vocabulary.NOTICE_EVENTS, "needs-you": vocabulary.NEEDS_YOU}
"""Words that `events:` takes for several events."""


@dataclass(frozen=True)
class Secret:
    """Where a secret is to be had; never the secret. `how` is env, file or command."""

    how: str
    where: tuple[str, ...]


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing is sent but `urgent` events: minutes of the day, in `zone` (None: the machine's)."""

    begin: int
    end: int
    zone: str | None
    urgent: frozenset[str]


@dataclass(frozen=True)
class Daily:
    """Events that are told once a day, all in one: at that minute of the day, in `zone` (None: the machine's)."""

    minute: int
    zone: str | None
    events: frozenset[str]


def _events(value: Any, path: Path, document: Document) -> frozenset[str]:
    found: set[str] = set()
    for word in fields.list_of(fields.line)(value, path, document):
        if word in GROUPS:
            found.update(GROUPS[word])
        elif word in vocabulary.NOTICE_EVENTS:
            found.add(word)
        else:
            known = [*GROUPS, *vocabulary.NOTICE_EVENTS]
            near = spelling.nearest(word, known)
            meant = f"did you mean {near!r}? " if near else ""
            document.fault(path, f"no such event: {word!r}", f"{meant}known: {', '.join(known)}")
    return frozenset(found)


def _clock(value: Any, path: Path, document: Document) -> int | None:
    """`22:30` as minutes of the day."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        document.fault(path, f"{path[-1]!r} must be a time of day, not {value!r}", 'write it like "22:30"')
        return None
    return int(match[1]) * 60 + int(match[2])


def _zone(value: Any, path: Path, document: Document) -> str | None:
    name = fields.line(value, path, document)
    if name is None:
        return None
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        document.fault(path, f"no time zone {name!r} on this machine", "write it like Europe/Berlin or UTC")
        return None
    return name


def _secret(value: Any, path: Path, document: Document) -> Secret | None:
    """A place that holds a secret. The value itself is never repeated in a fault."""
    if not isinstance(value, dict):
        document.fault(path, f"{path[-1]!r} is a secret and may not stand in the file itself", CURE)
        return None
    if len(value) != 1 or next(iter(value)) not in ("env", "file", "command"):
        document.fault(path, f"{path[-1]!r} names no single place of a secret", CURE)
        return None
    [(how, where)] = value.items()
    check = fields.list_of(fields.text) if how == "command" else fields.line
    found = check(where, (*path, how), document)
    if not found:
        document.fault((*path, how), f"{how!r} is empty", CURE)
        return None
    return Secret(how, tuple(found) if how == "command" else (str(found),))


def _open_or_secret(value: Any, path: Path, document: Document) -> Any:
    return _secret(value, path, document) if isinstance(value, dict) else fields.scalar(value, path, document)


def url(
    value: Any, path: Path, document: Document, schemes: tuple[str, ...] = ("http", "https"), cure: str = CURE
) -> str | None:
    """URL: an address without user name and password; `cure` is for one that has them."""
    found = fields.line(value, path, document)
    if found is None:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(found)
        good = parts.scheme in schemes and bool(parts.hostname)
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        good, secret = False, False
    if secret:
        document.fault(path, f"{path[-1]!r} holds a user name or password", cure)
        return None
    if not good:
        document.fault(
            path, f"{path[-1]!r} must be a URL with {' or '.join(schemes)}", f"write it like {schemes[-1]}://host"
        )
        return None
    return found


def _gateway(value: Any, path: Path, document: Document) -> str | None:
    return url(value, path, document, ("ws", "wss", "http", "https"))


def _url_or_secret(value: Any, path: Path, document: Document) -> Any:
    return _secret(value, path, document) if isinstance(value, dict) else url(value, path, document)


def _named(names: re.Pattern[str]) -> fields.Check:
    """Headers or variables: one whose name speaks of a secret may not hold its value in the file."""

    def check_named(value: Any, path: Path, document: Document) -> Foreign:
        found: Foreign = fields.map_of(_open_or_secret, names)(value, path, document)
        for name, entry in found.items():
            if isinstance(entry, str) and _SECRET_NAME.search(name):
                document.fault((*path, name), f"{name!r} is a secret and may not stand in the file itself", CURE)
            elif isinstance(entry, str) and not (entry.isprintable() and entry.isascii()):
                document.fault((*path, name), f"{name!r} must be printable ASCII")
        return found

    return check_named


_headers = _named(re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"))
_variables = _named(re.compile(r"[A-Za-z_][A-Za-z0-9_]*"))


def _address(value: Any, path: Path, document: Document) -> str | None:
    found = fields.line(value, path, document)
    if found is not None and (found.count("@") != 1 or not found.isascii() or any(c in found for c in ' <>,;"')):
        document.fault(path, f"{found!r} is not a mail address", "write it like you@example.org")
        return None
    return found


_URL_DOC = "the address, without secrets in it"

KINDS: dict[str, tuple[Field, ...]] = {
    "openclaw": (
        Field("method", fields.one_of("cli", "http"), "cli (the openclaw program) or http (its hooks)", "cli"),
        Field("url", _gateway, "the gateway: http: like http://127.0.0.1:18789, cli: like ws://127.0.0.1:18789"),
        Field("token", _secret, "http: the gateway's hooks.token; cli: its gateway token"),
        Field("session_key", fields.line, "the session to wake"),
        Field("mode", fields.one_of("now", "next-heartbeat"), "when it is read", "now"),
        Field("program", fields.line, "cli: the program to call", "openclaw"),
    ),
    "telegram": (
        Field("token", _secret, "the bot's token", required=True),
        Field("chat", fields.scalar, "the chat's number or @name", required=True),
        Field("topic", fields.whole(1), "the topic's message_thread_id in a forum"),
        Field("silent", fields.flag, "deliver without a sound", False),
        Field("api", url, "the address of the Bot API", "https://api.telegram.org"),
    ),
    "slack": (Field("url", _secret, "the incoming webhook's address, which is a secret", required=True),),
    "desktop": (
        Field(
            "method",
            fields.one_of("auto", "notify-send", "osascript", "tmux", "bell"),
            "how this desktop is told",
            "auto",
        ),
        Field("socket", fields.line, "tmux, bell: the socket of the tmux server to look at"),
    ),
    "email": (
        Field("to", fields.list_of(_address), "the addresses it goes to", required=True),
        Field("from", _address, "the address it comes from", required=True),
        Field("host", fields.line, "the SMTP server", required=True),
        Field("port", fields.whole(1, 65535), "its port; 587 for starttls, 465 for tls, 25 for none"),
        Field("security", fields.one_of("starttls", "tls", "none"), "how the connection is protected", "starttls"),
        Field("user", fields.line, "the name to log in with"),
        Field("password", _secret, "the password to log in with"),
    ),
    "ntfy": (
        Field("topic", _open_or_secret, "the topic; anyone who knows its name can read it", required=True),
        Field("url", url, "the server", "https://ntfy.sh"),
        Field("token", _secret, "an access token"),
        Field("user", fields.line, "a user name, where there is no token"),
        Field("password", _secret, "the user's password"),
    ),
    "webhook": (
        Field("url", _url_or_secret, _URL_DOC, required=True),
        Field("method", fields.one_of("POST", "PUT"), "POST or PUT", "POST"),
        Field("headers", _headers, "headers to send along", {}),
    ),
    "command": (
        Field("argv", fields.list_of(fields.text), "the program and its arguments", required=True),
        Field("env", _variables, "variables for it", {}),
    ),
    "apprise": (Field("url", _secret, "an Apprise URL, which holds secrets", required=True),),
}
"""The keys of each destination's own, by the word in `uses`."""

_QUIET = (
    Field("from", _clock, 'when quiet begins, like "22:00"', required=True),
    Field("to", _clock, 'when it ends, like "07:00"', required=True),
    Field("zone", _zone, "the time zone; the machine's without it"),
    Field("except", _events, "events that are sent even then", frozenset()),
)
_DAILY = (
    Field("at", _clock, 'when it is sent, like "18:00"', required=True),
    Field("zone", _zone, "the time zone; the machine's without it"),
    Field("events", _events, "events that are told once a day instead of one by one", required=True),
)
COMMON = (
    Field("name", fields.line, "a short name, as in the brief's notify:", required=True),
    Field("uses", fields.one_of(*KINDS), "which kind of destination this is", required=True),
    Field("enabled", fields.flag, "false keeps the file without sending anything", True),
    Field("events", _events, "what it is told of; all and needs-you stand for several", required=True),
    Field("labels", fields.list_of(fields.line), "only runs that carry one of these labels", []),
    Field("at_most", fields.whole(1, 10000), "messages at most in the time of `per`; the rest is told in one", 20),
    Field("per", fields.duration, "the time in which at most so many messages are sent", 600.0),
    Field("expire", fields.duration, "how long a notice is worth sending"),
    Field("quiet", fields.group(_QUIET), "hours in which nothing is sent"),
    Field("daily", fields.group(_DAILY), "a summary once a day"),
)
"""The keys that every adapter may have."""
