"""Pauses: on one run (its file `hold`), and on every run of one account (a file in the home's holds/)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from workcell.agents import registry
from workcell.agents.account import Account
from workcell.base import clock, digest, json_codec
from workcell.base.errors import TryAgain
from workcell.rundir import env as environment
from workcell.rundir import layout, locks, orders, run_hold, safe_open, seal, spool

if TYPE_CHECKING:
    from typing import TypedDict

    from workcell.rundir import schema

    class Wish(TypedDict):
        """A hold on an account that is asked for."""

        until: schema.HoldEnd
        until_at: str | None
        why: str | None
        by: schema.HoldBy
        login: str | None


SCHEMA: Final = "workcell.file.hold/1"
LOCK = ".lock"
_PERSON = b"workcellhold"


def account(run: str, attempt: schema.Attempt | None) -> str | None:
    """Which account the attempt spends from, as sixteen hex digits; None for a program without a credential.

    It is a hash of the agent's reader and of the values of what names a credential: the variables that the agent
    knows, and those that recipe or brief call secret; without any, of the path of its login file. Two runs with
    one credential get one account, a run whose key is renewed gets another, and no secret can be read from it.
    """
    if attempt is None:
        return None
    reader = str(attempt.get("reader") or "none")
    env = environment.known(run)
    known = _account(run, reader)
    names = sorted({*known.variables, *(attempt.get("secrets") or [])})
    found = [(name, env[name]) for name in names if env.get(name)]
    path = login(known, env)
    if path is not None:
        found.append(("login", path))
    if not found:
        return None
    text = "\0".join([reader, *(f"{name}={value}" for name, value in found)])
    return digest.blake2b(text.encode("utf-8", "surrogatepass"), 8, _PERSON).hex()


def _account(run: str, reader: str) -> Account:
    return registry.account(reader, layout.home_of(run))


def login(known: Account, env: Mapping[str, str]) -> str | None:
    """The path of the agent's login file, whether or not it is there; None for an agent without one."""
    where = known.login
    if where is None:
        return None
    base = env.get(where.variable) or (os.path.join(env["HOME"], where.folder) if env.get("HOME") else None)
    return os.path.join(base, where.file) if base else None


def print_of(run: str, attempt: schema.Attempt | None) -> str | None:
    """A hash of the login file's content: another one means that a person signed in again. None without a file."""
    path = login(_account(run, str(attempt.get("reader") if attempt else None)), environment.known(run))
    try:
        with open(path or "", "rb") as file:
            return digest.blake2b(file.read(1 << 20), 8, _PERSON).hex()
    except OSError:
        return None


def held(home: str, name: str | None, now: float | None = None) -> schema.AccountHold | None:
    """The hold on that account, if one stands at the epoch time `now`."""
    if name is None:
        return None
    found = _read(_path(home, name))
    return found if found and run_hold.stands(found, time.time() if now is None else now) else None


def standing(home: str) -> list[schema.AccountHold]:
    """Every hold on an account, those whose time is over too."""
    folder = os.path.join(home, layout.HOLDS)
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    found = [_read(os.path.join(folder, name)) for name in names if name.endswith(".json")]
    return [one for one in found if one]


def put(home: str, name: str, hold: Wish) -> bool:
    """Hold the account; whether that is new. One that stands already is only ever made longer.

    `hold`: `until` (resets, probe, person), `until_at` (stamp or None), `why`, `by` {run, attempt, playbook}.
    """
    with _writing(home):
        before = held(home, name)
        if before is not None and _later(before, hold):
            return False
        new: schema.AccountHold = {
            "schema": SCHEMA,
            "account": name,
            "since": clock.stamp(),
            "tries": 0,
            "until": hold["until"],
            "until_at": hold["until_at"],
            "why": hold["why"],
            "by": hold["by"],
            "login": hold.get("login"),
        }
        if before is not None:
            new["since"], new["tries"] = before["since"], before.get("tries", 0)
        seal.replace(os.path.join(home, layout.HOLDS), f"{name}.json", json_codec.encode(new))
        return before is None


def change(home: str, name: str, **fields: Any) -> None:
    """Write down what a probe found; nothing when the hold is gone."""
    with _writing(home):
        before = _read(_path(home, name))
        if before is not None:
            seal.replace(os.path.join(home, layout.HOLDS), f"{name}.json", json_codec.encode(dict(before) | fields))


def lift(home: str, name: str) -> bool:
    """Take the hold off the account; whether there was one."""
    with _writing(home):
        try:
            os.unlink(_path(home, name))
        except FileNotFoundError:
            return False
        seal.sync_directory(os.path.join(home, layout.HOLDS))
        return True


def put_on_run(run: str, seconds: float | None, why: str | None, by: schema.HoldBy) -> schema.RunHold:
    """Keep the watchdog away from the run, for `seconds` or until it is let go; see `run_hold.standing`."""
    return _put(run, clock.stamp(time.time() + seconds) if seconds else None, why, by)


def put_by_playbook(run: str, until_at: str | None, why: str, by: schema.HoldBy) -> None:
    """The hold that a playbook puts on a run, live or ended; one that stands already is only made longer.

    `until_at` is a stamp, or None for one without an end.
    """
    before = run_hold.standing(run)
    if before is not None and (not before.get("until_at") or (until_at and str(before["until_at"]) >= until_at)):
        return
    _put(run, until_at, why, by)
    spool.note(run, "run.held", by=f"playbook:{by.get('playbook')}", until_at=until_at, why=why)


def _put(run: str, until_at: str | None, why: str | None, by: schema.HoldBy) -> schema.RunHold:
    hold: schema.RunHold = {"schema": SCHEMA, "since": clock.stamp(), "until_at": until_at, "why": why, "by": by}
    if orders.needed(run):
        orders.place(run, orders.name(run), orders.HOLD, until_at=until_at, why=why, by=by)
    try:
        if os.path.isdir(path := os.path.join(run, layout.HOLD)) and not os.path.islink(path):
            safe_open.set_aside(path)
        seal.replace(run, layout.HOLD, json_codec.encode(hold))
    except OSError:
        if not orders.needed(run):
            raise  # else the order holds the run, and the file is words for people
    return hold


def lift_by_resume(run: str) -> bool:
    """Take a playbook's hold off a run that a person resumes; whether there was one. A person's own hold stays."""
    hold = run_hold.standing(run)
    by: Any = hold.get("by") if hold else None
    if not by or not by.get("playbook") or not lift_from_run(run):
        return False
    spool.note(run, "run.released", by="person", released=["run"], why="resumed")
    return True


def lift_from_run(run: str) -> bool:
    """Take the hold off the run; whether there was one."""
    before = run_hold.standing(run) is not None
    if before and orders.needed(run):
        orders.place(run, orders.name(run), orders.RELEASE)
    path = os.path.join(run, layout.HOLD)
    if not os.path.lexists(path):
        return before
    try:
        safe_open.clear(path)
        seal.sync_directory(run)
    except OSError:
        if not orders.needed(run):
            raise
    return True


def _path(home: str, name: str) -> str:
    return os.path.join(home, layout.HOLDS, f"{name}.json")


def _read(path: str) -> schema.AccountHold | None:
    try:
        with open(path, "rb") as file:
            found: Any = json_codec.decode(file.read())
    except (OSError, ValueError):
        return None
    return found if json_codec.major(found, "hold") in layout.RECORDS else None


def _later(before: schema.AccountHold, hold: Wish) -> bool:
    """Whether the hold that stands lasts at least as long as the new one."""
    if before.get("until") == "person" or not before.get("until_at"):
        return True
    return bool(hold.get("until_at")) and str(before["until_at"]) >= str(hold["until_at"])


@contextmanager
def _writing(home: str) -> Iterator[None]:
    folder = os.path.join(home, layout.HOLDS)
    os.makedirs(folder, 0o700, exist_ok=True)
    lock = locks.take(os.path.join(folder, LOCK), 5.0)
    if lock is None:
        raise TryAgain(f"another process is changing {folder}", "try again in a few seconds")
    try:
        yield
    finally:
        os.close(lock)
