"""Adapters, notices and a home for tests of the outbox."""

import os
from typing import Any

from workcell.base import clock, json_codec
from workcell.channels import outbox, outbox_flush, render
from workcell.channels.to import protocol, registry
from workcell.rundir import maildir, notice
from workcell.texts import adapter

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMPLATES = [os.path.join(ROOT, "templates")]
AT = 1_795_000_000.0  # 2026-11-18T10:26:40Z, a Wednesday


def same(text: str) -> str:
    return text


def parse(text: str) -> adapter.Adapter:
    return adapter.parse(text.encode(), "test.yaml")


def hook(url: str, name: str = "hook", more: str = "") -> adapter.Adapter:
    return parse(f"name: {name}\nuses: webhook\nevents: all\nurl: {url}\n{more}")


def make(event: str = "passed", run: str = "r1", at: float = AT, **more: Any) -> dict[str, Any]:
    of_notice = {key: more.pop(key) for key in ("edge", "facts", "risk") if key in more}
    subject = outbox.Subject(run, **{"name": run, **more})
    return outbox.make(subject, event, of_notice.pop("facts", {}), at=clock.stamp(at), **of_notice)


def rendered(uses: str, **facts: Any) -> protocol.Rendered:
    return render.Texts(TEMPLATES, same).render(uses, make("failed", facts=facts))


def send(found: adapter.Adapter, secrets: dict[str, str], seconds: float = 5.0, **facts: Any) -> protocol.Sent:
    """Send one notice by the adapter's own module."""
    return registry.notifier(found.uses).send(rendered(found.uses, **facts), found, secrets, seconds)


def flush(home: str, adapters: "list[adapter.Adapter]", now: float = AT, budget: float = 20.0, **more: Any) -> Any:
    means = outbox_flush.Means(adapters, **{"templates": TEMPLATES, "redact": same, **more})
    report = outbox_flush.flush(home, means, now, budget)
    assert report.trouble is None, report.trouble
    return report


def names(home: str, part: str) -> list[str]:
    return maildir.waiting(notice.box(home), part)


def read(home: str, part: str, name: str) -> dict[str, Any]:
    with open(os.path.join(notice.box(home), part, name), "rb") as file:
        return json_codec.decode(file.read())
