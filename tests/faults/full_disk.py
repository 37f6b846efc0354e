"""Runs in a mount namespace of its own: flushes an outbox on a small tmpfs that fills up at the worst moments."""

import errno
import os
import sys
import time

from tests.support import far_ends
from tests.support.notices import AT, TEMPLATES, hook, make, names, read, same
from workcell.channels import outbox, outbox_flush

home = sys.argv[1]
FILLER = os.path.join(home, "filler")


def fill() -> None:
    """Take every byte and every inode that is left."""
    with open(FILLER, "ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    number = 0
    while True:
        try:
            os.close(os.open(f"{home}/inode-{number}", os.O_CREAT | os.O_WRONLY))
            number += 1
        except OSError:
            return


def free(pages: int | None = None) -> None:
    """Give it all back, or that many pages of it."""
    if pages is not None:
        os.truncate(FILLER, max(0, os.path.getsize(FILLER) - pages * 4096))
        for number in range(pages * 2):
            if os.path.exists(f"{home}/inode-{number}"):
                os.unlink(f"{home}/inode-{number}")
        return
    for name in os.listdir(home):
        if name.startswith(("filler", "inode-")):
            os.unlink(os.path.join(home, name))


def flush(adapters, now):
    return outbox_flush.flush(home, outbox_flush.Means(adapters, TEMPLATES, same), now, 20)


def during_the_send() -> None:
    """The disk fills while the far end has the message: the answer must still be noted."""

    def answer(request: far_ends.Request) -> far_ends.Reply:
        fill()
        return far_ends.Reply(200, b"fine")

    with far_ends.web(answer) as server:
        outbox.post(home, make(run="during"))
        report = flush([hook(server.url)], AT)
        assert len(report.delivered) == 1, report
        [name] = [name for part in ("cur", "sent") for name in names(home, part) if name.startswith("during")]
        part = "sent" if name in names(home, "sent") else "cur"
        assert read(home, part, name)["to"]["hook"]["state"] == "delivered"
        free()
        flush([hook(server.url)], AT + 3600)
        assert len(server.requests) == 1, "it was sent twice"


def before_the_send() -> None:
    """With ever so little room, nothing is sent that could not be noted, and nothing is lost."""
    with far_ends.web(far_ends.accept) as server:
        for pages in range(14):
            run = f"before{pages}"
            for number in range(3):
                outbox.post(home, make(run=run, edge=str(number), at=AT + number))
            fill()
            free(pages)
            begun = time.monotonic()
            flush([hook(server.url)], AT + 10)
            assert time.monotonic() - begun < 10
            free()
            now = AT + 3600
            while outbox.waiting(home):
                assert now < AT + 86400
                report = flush([hook(server.url)], now)
                assert report.trouble is None, report
                now += 3600
            ids = [request.record["id"] for request in server.requests if request.record["run"] == run]
            assert ids == [f"{run}/001/passed/{number}" for number in range(3)], (pages, ids)


def posting() -> None:
    """A post that the disk refuses says so and leaves nothing behind."""
    fill()
    try:
        outbox.post(home, make(run="refused"))
    except OSError as error:
        assert error.errno == errno.ENOSPC
    else:
        raise AssertionError("a full disk took it")
    assert not [name for name in os.listdir(f"{home}/outbox/new") if "refused" in name]
    free()
    assert outbox.post(home, make(run="refused")) == "refused/001/passed"


if __name__ == "__main__":
    during_the_send()
    before_the_send()
    posting()
    print("held")
