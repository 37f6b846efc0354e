"""What a webhook on loopback really gets is what the page of notices, its example and its schema say."""

import json
import os
from pathlib import Path
from typing import Any

from tests.support import far_ends, json_schema
from tests.support import lab as labs
from workcell.channels import notify
from workcell.rundir import vocabulary

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMAND = "echo two >> prices.txt; git add -A; git -c user.name=a -c user.email=a@localhost commit -qm prices"
CHANGES = ("id", "run", "at", "title", "text", "command")
"""Keys whose values have an id, a time or a duration in them."""


def received(lab) -> dict[str, Any]:
    """The documents of a run that starts, works and passes, by their events."""
    os.makedirs(os.path.join(lab.home, "adapters"), exist_ok=True)
    with far_ends.web(far_ends.accept) as server:
        Path(lab.home, "adapters", "hook.yaml").write_text(
            f"name: hook\nuses: webhook\nenabled: true\nevents: all\nurl: {server.url}/hook\n"
        )
        lab.launch(lab.brief(COMMAND, "test -s prices.txt", name="prices"), "--wait", code=None)

        def both():
            if {request.record["event"] for request in server.requests} >= {"passed", "started"}:
                return True
            lab.workcell("watchdog", "tick", code=None)
            return False

        labs.eventually(both, seconds=40)
        documents = [request.record for request in server.requests]
    return {found["event"]: found for found in documents}


def test_a_webhook_gets_what_the_page_says(lab):
    found = received(lab)
    schema = json.loads((DOCS / "schema" / "sent-notice.json").read_text())
    for event in ("started", "passed"):
        assert not json_schema.faults(found[event], schema), event
        assert set(found[event]["facts"]) <= set(notify.FACTS[event])
    example = json.loads((DOCS / "examples" / "notice.json").read_text())
    assert not json_schema.faults(example, schema)
    real = found["passed"]
    assert list(example) == list(real) and list(example["facts"]) == list(real["facts"])
    same = [key for key in example if key not in (*CHANGES, "facts")]
    assert {key: example[key] for key in same} == {key: real[key] for key in same}
    assert json.dumps(example, indent=2, ensure_ascii=False) in (DOCS / "reference" / "notices.md").read_text()


def test_every_event_has_its_sentence_and_its_facts():
    assert set(notify.FACTS) == set(notify.EVENTS) == set(vocabulary.NOTICE_EVENTS)
    schema = json.loads((DOCS / "schema" / "sent-notice.json").read_text())
    assert {fact for facts in notify.FACTS.values() for fact in facts} == set(
        schema["$defs"]["NoticeFacts"]["properties"]
    )
