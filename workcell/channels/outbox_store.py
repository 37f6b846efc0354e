"""The files of the outbox as their one writer, the holder of its lock, handles them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from workcell.base import clock, json_codec
from workcell.channels import outbox_prune
from workcell.rundir import layout, maildir, notice, seal, vocabulary

if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir import schema

WAITING: Final = "waiting"
SENDING: Final = "sending"
GOOD, BAD = vocabulary.DELIVERED, vocabulary.UNDELIVERED
"""`delivered`; `told` in another message; `skipped`: not wanted after all. `refused` by the far end for ever;
`expired`; `missing`: no adapter of that name; `lost`: may have arrived, the answers were lost too often."""


@dataclass
class Letter:
    """One notice, without its key `to`, and what became of it at each destination, by name of the adapter."""

    name: str
    notice: schema.Notice
    to: dict[str, schema.Delivery] = field(default_factory=dict)
    changed: bool = False

    @property
    def run(self) -> str:
        return self.notice["run"]

    @property
    def happened_at(self) -> float:
        """When it happened, in epoch seconds."""
        try:
            return clock.parse(self.notice["at"])
        except ValueError:
            return float(self.notice.get("posted") or 0) / 1e9

    @property
    def order(self) -> tuple[float, int, str]:
        """Oldest first; of two with the same time, the one posted first."""
        posted = self.notice.get("posted")
        return self.happened_at, posted if isinstance(posted, int) else 0, self.name

    def settled(self) -> bool:
        """Whether no destination waits for it any more."""
        return all(entry["state"] in GOOD or entry["state"] in BAD for entry in self.to.values())

    def failed(self) -> bool:
        return any(entry["state"] in BAD for entry in self.to.values())

    def encode(self) -> bytes:
        return json_codec.encode({**self.notice, "to": self.to})


@dataclass
class Known:
    """What is known of a destination; the times are in epoch seconds, 0 for none."""

    sent_at: list[float] = field(default_factory=list)
    """The newest tries."""
    failures: int = 0
    """In a row."""
    not_before: float = 0.0
    tried_at: float = 0.0
    state: str | None = None
    """Of the last try that differed."""
    said: str | None = None


class Files:
    """The directories of one outbox. A process that does not hold its lock may only read letters and destinations."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.box = notice.box(home)
        self.cur = os.path.join(self.box, notice.CUR)
        self.to = os.path.join(self.box, notice.TO)

    def prepare(self) -> None:
        """Make the directories that are missing."""
        for part in (notice.NEW, notice.CUR, notice.SENT, notice.FAILED, notice.TO):
            try:
                os.mkdir(os.path.join(self.box, part), 0o700)
            except FileExistsError:
                pass

    def tidy(self) -> None:
        """Remove what writers that died left half written. Ours first; in new/ and tmp/ others may be at work."""
        hour_ago = time.time() - 3600
        for part in (notice.CUR, notice.TO, notice.NEW, maildir.TMP):
            directory = os.path.join(self.box, part)
            for entry in _scan(directory):
                if part != maildir.TMP and not entry.name.startswith("."):
                    continue
                try:
                    if part in (notice.CUR, notice.TO) or entry.stat(follow_symlinks=False).st_mtime < hour_ago:
                        os.unlink(entry.path)
                except OSError:
                    pass

    def take_in(self, now: float) -> list[str]:
        """Move what is in new/ to cur/ and drop doubles; the names of files that are no notices, now in failed/."""
        foreign: list[str] = []
        names = maildir.waiting(self.box, notice.NEW)
        for name in names:
            message = maildir.read(self.box, name, notice.NEW)
            if message is None or not usable(message):
                maildir.move(self.box, name, notice.FAILED, notice.NEW)
                foreign.append(name)
                continue
            final = notice.file_name(str(message["id"])) + ".json"
            if self._known(final):
                maildir.drop(self.box, name, notice.NEW)
            elif "to" in message:
                # a person took it out of failed/: what did not arrive is tried once more
                self.write(again(letter_of(final, message), now))
                maildir.drop(self.box, name, notice.NEW)
            else:
                os.rename(os.path.join(self.box, notice.NEW, name), os.path.join(self.cur, final))
        if names:
            seal.sync_directory(self.cur)
            seal.sync_directory(os.path.join(self.box, notice.NEW))
        return foreign

    def _known(self, name: str) -> bool:
        parts = (notice.CUR, notice.SENT, notice.FAILED)
        return any(os.path.lexists(os.path.join(self.box, part, name)) for part in parts)

    def letters(self) -> list[Letter]:
        """All that is not settled, oldest first, but for files that cannot be read."""
        found = []
        for name in maildir.waiting(self.box, notice.CUR):
            message = maildir.read(self.box, name, notice.CUR)
            if message is not None and usable(message):
                found.append(letter_of(name, message))
        return sorted(found, key=lambda letter: letter.order)

    def put_aside(self, readable: Collection[str]) -> list[str]:
        """Move to failed/ what is in cur/ and none of `readable`; its names."""
        others = [name for name in maildir.waiting(self.box, notice.CUR) if name not in readable]
        for name in others:
            maildir.move(self.box, name, notice.FAILED, notice.CUR)
        return others

    def write(self, letter: Letter) -> None:
        """Put the letter in the place of what is there. Raises OSError with the old one intact."""
        seal.replace(self.cur, letter.name, letter.encode())
        letter.changed = False

    def archive(self, letter: Letter) -> None:
        """Move a settled letter to sent/ or failed/."""
        if letter.changed and letter.to:
            self.write(letter)
        part = notice.FAILED if letter.failed() else notice.SENT
        os.rename(os.path.join(self.cur, letter.name), os.path.join(self.box, part, letter.name))

    def destination(self, name: str) -> Known:
        """What is known of a destination. What cannot be read counts as nothing."""
        try:
            with open(os.path.join(self.to, name + ".json"), "rb") as file:
                found = json_codec.decode(file.read())
        except (OSError, ValueError):
            return Known()
        sent_at = found.get("sent_at")
        times = [_epoch(at) for at in sent_at] if isinstance(sent_at, list) else []
        failures = found.get("failures")
        return Known(
            sent_at=[at for at in times if at],
            failures=failures if isinstance(failures, int) else 0,
            not_before=_epoch(found.get("not_before")),
            tried_at=_epoch(found.get("tried_at")),
            state=found.get("state"),
            said=found.get("said"),
        )

    def write_destination(self, name: str, known: Known) -> None:
        """Replace what is known of a destination."""
        record: schema.Destination = {
            "schema": "workcell.file.destination/1",
            "name": name,
            "sent_at": [clock.stamp(at) for at in known.sent_at],
            "failures": known.failures,
            "not_before": clock.stamp(known.not_before) if known.not_before else None,
            "tried_at": clock.stamp(known.tried_at) if known.tried_at else None,
            "state": known.state,
            "said": known.said,
        }
        seal.replace(self.to, name + ".json", json_codec.encode(record))

    def prune(self, now: float) -> None:
        """Forget what was sent long ago."""
        outbox_prune.remove(self.home, now)


class Room:
    """Space on disk for a result, taken before the send: a disk that fills meanwhile cannot lose the answer.

    What was sent and could not be noted would be sent again. Writing into blocks that are allocated and renaming
    work on a full ext4 and tmpfs.
    """

    def __init__(self, directory: str, size: int) -> None:
        self._directory = directory
        self._path = os.path.join(directory, ".room")
        self._size = size
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            try:
                os.posix_fallocate(self._fd, 0, size)
            except AttributeError:  # macOS has no posix_fallocate
                seal.write_all(self._fd, bytes(size))
                os.fsync(self._fd)
        except BaseException:
            self.close()
            raise

    def put(self, name: str, data: bytes) -> None:
        """Make `data` the content of `name`. Raises OSError when even that fails."""
        os.pwrite(self._fd, data, 0)
        os.ftruncate(self._fd, len(data))
        os.fsync(self._fd)
        os.rename(self._path, os.path.join(self._directory, name))
        os.close(self._fd)
        self._fd = -1
        seal.sync_directory(self._directory)

    def close(self) -> None:
        """Give the room back if it was not used."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            try:
                os.unlink(self._path)
            except OSError:
                pass


def usable(message: Json) -> TypeGuard[schema.Notice]:
    """Whether a message has what every notice has, in a version that we know."""
    return (
        json_codec.major(message, "notice") in layout.RECORDS
        and all(isinstance(message.get(key), str) and message[key] for key in ("id", "run", "name", "event", "at"))
        and isinstance(message.get("attempt"), int)
        and message["event"] in vocabulary.NOTICE_EVENTS
        and _names(message.get("labels"))
        and _names(message.get("notify"))
    )


def _names(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value))


def letter_of(name: str, message: schema.Notice) -> Letter:
    """The letter in the file `name`; `changed` where it was not routed yet. Takes `to` out of the message."""
    to = message.pop("to", None)
    return Letter(name, message, _entries(to), changed=to is None)


def first_entry() -> schema.Delivery:
    """The entry of a destination that was not tried yet."""
    return {"state": WAITING, "tries": 0, "lost": 0}


def _entries(to: object) -> dict[str, schema.Delivery]:
    """`to` as workcell writes it, also where a person's editor changed it: any other entry waits as at first."""
    entries: dict[str, schema.Delivery] = {}
    for name, entry in to.items() if isinstance(to, dict) else ():
        entries[str(name)] = _entry(entry if isinstance(entry, dict) else None)
    return entries


def _entry(found: Json | None) -> schema.Delivery:
    if found is None or found.get("state") not in (WAITING, SENDING, *GOOD, *BAD):
        return first_entry()
    for count in ("tries", "lost"):
        if not isinstance(found.get(count), int):
            found[count] = 0
    if not _names(found.get("told")):
        del found["told"]
    entry: Any = found
    known: schema.Delivery = entry
    return known


def again(letter: Letter, now: float) -> Letter:
    """The letter with every destination that did not get it waiting as at first; its expiry counts from `now`."""
    for name, entry in letter.to.items():
        if entry.get("state") not in GOOD:
            letter.to[name] = first_entry()
    letter.notice["posted"] = int(now * 1e9)
    letter.notice["again_at"] = clock.stamp(now)
    return letter


def _epoch(stamp: object) -> float:
    try:
        return clock.parse(stamp) if isinstance(stamp, str) else 0.0
    except ValueError:
        return 0.0


def _scan(directory: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except FileNotFoundError:
        return
