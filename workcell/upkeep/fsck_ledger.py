"""The part of fsck that holds the files of a run against its ledger: every hash, and what stands without a line."""

import os

from workcell.base import clock, counts, digest, json_codec, probe
from workcell.rundir import layout, ledger, look, phase, safe_open, status, writer


def check(
    seen: look.Look, problems: list[str], mended: list[str], foreign: list[str], *, rebuild: bool, accept: bool
) -> None:
    """Add what differs to `problems`; with `rebuild` or `accept`, put right or accept it and say so in `mended`.

    What lies aside goes to `foreign`: it is no fault of the run as it stands, and keeps a resume away until it is
    accepted.
    """
    book = seen.book
    assert book is not None
    if book.bad:
        problems.append(f"its ledger has {counts.count(book.bad, 'line')} that cannot be read")
    records, pinned, extra = differences(seen.run, book)
    if records:
        # its holder may be between a line and its file at this moment
        if writer.held(seen.run) != probe.NO:
            records = []
        else:
            book = ledger.read(seen.run) or book
            records, pinned, extra = differences(seen.run, book)
    aside = book.foreign.get(book.born, [])
    if (rebuild and (records or extra)) or (accept and (pinned or aside)):
        held = writer.take(seen.run)
        if held is None:
            problems.append("another process is writing the run: nothing was changed")
        else:
            with held:
                if rebuild:
                    _rebuild(held, records, extra, mended)
                if accept:
                    _accept(held, pinned, mended)
            book = ledger.read(seen.run) or book
            records, pinned, extra = differences(seen.run, book)
            aside = book.foreign.get(book.born, [])
    problems += [f"{name} is not what the ledger says (--rebuild seals it again)" for name in records]
    cure = f"workcell fsck --accept {seen.id} takes it as it is now"
    gone = [name for name in pinned if not os.path.lexists(os.path.join(seen.run, name))]
    problems += [f"{name} is gone, and nothing can bring it back" for name in gone]
    problems += [f"{name} changed since it was written ({cure})" for name in pinned if name not in gone]
    where = ledger.file_of(book.born, layout.FOREIGN)
    cure = f"it lies in {where}/ and is not read; workcell fsck --accept {seen.id} takes note of it"
    foreign += [f"{name} was put there by something other than workcell ({cure})" for name in aside]
    problems += [f"{name} stands there without a line in the ledger (--rebuild sets it aside)" for name in extra]
    if rebuild and seen.result is not None and not os.path.exists(ledger.ended_path(seen.run)):
        mended.append(f"{layout.ENDED}/{seen.id} written")


def differences(run: str, book: ledger.Book) -> tuple[list[str], list[str], list[str]]:
    """(records that differ from their line, files that differ from their hash, records without a line).

    Names are relative to the run. Files of attempts that were never begun are not looked at.
    """
    records: list[str] = []
    pinned: list[str] = []
    extra: list[str] = []
    for (n, name), sha256 in book.hashes.items():
        if n > book.born:
            continue
        file = ledger.file_of(n, name)
        known = book.records.get((n, name))
        wanted = digest.sha256(json_codec.encode(known)) if known is not None else sha256
        if _hash_of(os.path.join(run, file)) != wanted:
            (pinned if known is None else records).append(file)
    for n in range(1, book.born + 1):
        for name in ledger.WITNESSED:
            file = ledger.file_of(n, name)
            if (n, name) not in book.records and os.path.lexists(os.path.join(run, file)):
                extra.append(file)
    return records, pinned, extra


def _hash_of(path: str) -> str | None:
    try:
        data = safe_open.read(path, writer.LARGEST)
    except OSError:
        return None
    return None if data is None else digest.sha256(data)


def _rebuild(held: writer.Writer, records: list[str], extra: list[str], mended: list[str]) -> None:
    for n in sorted({ledger.key_of(file)[0] for file in [*records, *extra]}):
        held.mend(n)
    if held.book is not None:
        held.mend(held.book.born)  # the links lead to the current attempt
    mended += [f"{file} sealed again" for file in records]
    mended += [f"{file} set aside" for file in extra]


def _accept(held: writer.Writer, pinned: list[str], mended: list[str]) -> None:
    """Record what stands there now, and that what is foreign was seen; what is missing cannot be accepted."""
    assert held.book is not None
    found = {file: _hash_of(os.path.join(held.run, file)) for file in pinned}
    there = {file: sha256 for file, sha256 in found.items() if sha256 is not None}
    if there:
        held.append({"accepted": there, "at": clock.stamp()})
    mended += [f"{file} accepted as it is" for file in there]
    n = held.book.born
    foreign = held.book.foreign.get(n, [])
    if foreign:
        held.append({"attempt": n, "accepted_foreign": foreign, "at": clock.stamp()})
        mended += [f"{name}: noted as foreign" for name in foreign]
    seen = look.at(held.run, holding=True)
    if seen.phase in (phase.DONE, phase.SCHEDULED) and os.path.isdir(held.run):
        status.write(held.run)
        held.end(status.kept(seen))
