"""Adapters: where a notice goes, as a person wrote it in `adapters/*.yaml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workcell.base import spelling
from workcell.base.errors import WorkcellError
from workcell.texts import document, fields, search_path
from workcell.texts.adapter_keys import COMMON, CURE, KINDS, Daily, Quiet, Secret
from workcell.texts.document import Document
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.destinations import Options
    from workcell.texts.values import AdapterValues, DailyValues, LoginValues, MailValues, OpenclawValues, QuietValues

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")

_SHORT_LIVED = {"desktop": 12 * 3600.0}
_EXPIRE = 3 * 86400.0


@dataclass(frozen=True)
class Adapter:
    """One destination. `options` holds its own keys, `secrets` the places of its secrets by dotted key."""

    name: str
    uses: str
    file: str
    enabled: bool
    events: frozenset[str]
    labels: tuple[str, ...]
    at_most: int
    per_seconds: float
    expire_seconds: float
    quiet: Quiet | None
    daily: Daily | None
    options: Options
    secrets: Mapping[str, Secret] = field(default_factory=dict)


def switched_off(name: str, file: str) -> Adapter:
    """An adapter that sends nothing, without a look into its file."""
    none: Any = {}
    return Adapter(
        name=name,
        uses="",
        file=file,
        enabled=False,
        events=frozenset(),
        labels=(),
        at_most=1,
        per_seconds=0.0,
        expire_seconds=_EXPIRE,
        quiet=None,
        daily=None,
        options=none,
    )


def parse(data: bytes, file: str) -> Adapter:
    """The adapter that `data` describes; document.Faulty with every fault, each with its line and cure."""
    found = document.parse_yaml(document.decode(data, file), file)
    front = found.front
    uses = front.get("uses")
    own = KINDS.get(uses) if isinstance(uses, str) else None
    if own is None:
        # without the kind it is not known which of the other keys are wrong: only the common ones are checked
        names = {entry.name for entry in COMMON}
        common: AdapterValues = fields.check(
            {key: front[key] for key in front if key in names}, _without_uses(uses), found
        )
        if isinstance(uses, str):
            found.fault(("uses",), f"no such kind of destination: {uses!r}", spelling.did_you_mean(uses, list(KINDS)))
        raise document.Faulty(found.faults or [document.Fault(file, None, f"unusable: {common['name']!r}")])
    checked: Any = fields.check(front, (*COMMON, *own), found)
    values: AdapterValues = checked
    name = values["name"]
    if name is not None and not _NAME.fullmatch(name):
        found.fault(("name",), f"{name!r} cannot be a name", "use a-z, 0-9, '-' and '_', at most 41 characters")
    for word in ("all", "none"):
        if name == word:
            found.fault(("name",), f"{word!r} has a meaning of its own in notify:", "choose another name")
    _check_kind(str(uses), checked, found)
    _check_times(values, found)
    if found.faults:
        raise document.Faulty(found.faults)
    secrets: dict[str, Secret] = {}
    options: Any = {entry.name: _without_secrets(checked[entry.name], entry.name, secrets) for entry in own}
    return Adapter(
        name=name,
        uses=str(uses),
        file=file,
        enabled=values["enabled"],
        events=values["events"],
        labels=tuple(values["labels"]),
        at_most=values["at_most"],
        per_seconds=values["per"],
        expire_seconds=values["expire"] or _lasts(str(uses), values),
        quiet=_quiet(values["quiet"]),
        daily=_daily(values["daily"]),
        options=options,
        secrets=secrets,
    )


def _lasts(uses: str, values: AdapterValues) -> float:
    """Seconds for which a notice is worth sending by default; what is gathered over a night or a day lasts longer."""
    return _EXPIRE if values["daily"] or values["quiet"] else _SHORT_LIVED.get(uses, _EXPIRE)


def load(path: str) -> Adapter:
    """The adapter in the file at `path`; NotFound, Invalid or Faulty."""
    return parse(document.load(path), path)


def names(home: str) -> list[str]:
    """The names that a `notify:` may give: those of all adapters, and the file names of those with faults."""
    found = []
    for item in search_path.items("adapters", None, home):
        try:
            found.append(load(item.path).name)
        except WorkcellError:
            found.append(item.name)
    return sorted(found)


def _without_uses(uses: Any) -> Sequence[Field]:
    return tuple(entry for entry in COMMON if entry.name != "uses" or not isinstance(uses, str)) + (
        (Field("uses", fields.text, ""),) if isinstance(uses, str) else ()
    )


def _check_kind(uses: str, checked: Any, found: Document) -> None:
    """Note what is wrong between the keys of one kind of destination; `checked` has the keys of that kind."""
    if uses == "openclaw":
        _check_openclaw(checked, found)
    if uses in ("email", "ntfy"):
        _check_login(checked, found)
    if uses == "email":
        _check_mail(checked, found)
    if uses == "command":
        _check_filled("argv", checked["argv"], found)


def _check_login(values: LoginValues, found: Document) -> None:
    if values["user"] is not None and values["password"] is None:
        found.fault(("user",), "'password' is missing", "a user name needs a password: " + CURE)


def _check_mail(values: MailValues, found: Document) -> None:
    if values["user"] is not None and values["security"] == "none":
        host = values["host"] or ""
        if host not in ("localhost", "127.0.0.1", "::1"):
            found.fault(("security",), "a password would cross the network in the clear", "use starttls or tls")
    _check_filled("to", values["to"], found)


def _check_filled(key: str, value: list[str], found: Document) -> None:
    if value == [] and key in found.front:
        found.fault((key,), f"{key!r} is empty")


def _check_times(values: AdapterValues, found: Document) -> None:
    """Note what is wrong between the times of an adapter."""
    if values["daily"] and values["expire"] and values["expire"] < 1.5 * 86400:
        found.fault(("expire",), "what waits for the daily summary would expire before it", "write 2d or more")
    quiet = values["quiet"]
    if quiet and quiet["from"] is not None and quiet["from"] == quiet["to"]:
        found.fault(("quiet",), "quiet begins and ends at the same time", "leave it out, or use enabled: false")


def _check_openclaw(values: OpenclawValues, found: Document) -> None:
    if values["method"] == "http":
        for key, value in (("url", values["url"]), ("token", values["token"])):
            if value is None and key not in found.front:
                found.fault(("method",), f"{key!r} is missing", "method: http needs url and token")
    if values["url"] is not None:
        kind = "http" if values["method"] == "http" else "ws"
        if not values["url"].startswith(kind):
            found.fault(("url",), f"method: {values['method']} needs a URL with {kind} or {kind}s")
        if values["method"] == "cli" and "token" not in found.front:
            found.fault(("url",), "'token' is missing", "openclaw uses no stored token for a gateway named here")


def _without_secrets(value: Any, key: str, secrets: dict[str, Secret]) -> Any:
    """`value` with every secret taken out and noted in `secrets` under its dotted key."""
    if isinstance(value, Secret):
        secrets[key] = value
        return None
    if isinstance(value, dict):
        kept = {name: _without_secrets(entry, f"{key}.{name}", secrets) for name, entry in value.items()}
        return {name: entry for name, entry in kept.items() if entry is not None}
    return value


def _quiet(values: QuietValues | None) -> Quiet | None:
    if values is None:
        return None
    return Quiet(values["from"], values["to"], values["zone"], frozenset(values["except"]))


def _daily(values: DailyValues | None) -> Daily | None:
    return None if values is None else Daily(values["at"], values["zone"], values["events"])


def stem(path: str) -> str:
    """The name that a file's adapter is expected to have, for a file too broken to say its own."""
    return os.path.splitext(os.path.basename(path))[0]
