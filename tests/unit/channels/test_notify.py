"""Listing, testing and linting adapters."""

import os

import pytest

from tests.support import far_ends
from tests.support.far_ends import Reply
from tests.support.notices import TEMPLATES, flush, hook, make, parse, same
from workcell.base.errors import NotFound
from workcell.channels import notify, outbox
from workcell.rundir import vocabulary


def test_a_test_really_sends_and_says_what_came_back(tmp_path):
    with far_ends.web(far_ends.accept) as server:
        adapters = [hook(server.url, more="enabled: false\nquiet: {from: 00:00, to: 23:59}\n")]
        tested = notify.notify_test(adapters, "hook", templates=TEMPLATES, redact=same)
        assert (tested.ok, tested.outcome, tested.said) == (True, "delivered", "200 fine")
        server.plan = [Reply(403, b"go away")]
        tested = notify.notify_test(adapters, "hook", templates=TEMPLATES, redact=same)
        assert (tested.ok, tested.outcome, tested.said) == (False, "refused", "403 go away")
    assert "how a notice looks here" in server.requests[0].record["text"]
    ids = {request.record["id"] for request in server.requests}
    assert len(ids) == 2, "a far end that drops doubles must not drop the second test"


def test_a_test_of_one_that_hangs_ends():
    with far_ends.web(lambda request: Reply(late=30)) as server:
        tested = notify.notify_test([hook(server.url)], "hook", templates=TEMPLATES, redact=same, budget_seconds=0.5)
    assert tested.outcome == "unknown" and tested.seconds < 20


def test_a_secret_that_is_missing_is_said(monkeypatch):
    monkeypatch.delenv("WORKCELL_TEST_SECRET", raising=False)
    adapter = parse("name: s\nuses: slack\nevents: all\nurl: {env: WORKCELL_TEST_SECRET}\n")
    tested = notify.notify_test([adapter], "s", templates=TEMPLATES, redact=same)
    assert tested.said == "url: the environment has no WORKCELL_TEST_SECRET"


def test_an_adapter_that_there_is_not():
    with pytest.raises(NotFound, match="known: hook"):
        notify.notify_test([hook("http://h")], "hok", templates=TEMPLATES, redact=same)


def test_the_list_says_how_each_one_goes(tmp_path):
    home = str(tmp_path)
    with far_ends.web(far_ends.accept) as server:
        adapters = [hook(server.url + "/a", "a"), hook(server.url + "/b", "b", "at_most: 1\n")]
        server.otherwise = lambda request: Reply(503 if request.path == "/a" else 401, b"words")
        for run in ("r1", "r2"):
            outbox.post(home, make(run=run))
        outbox_before = notify.notify_ls(home, adapters)
        flush(home, adapters)
        listing = notify.notify_ls(home, adapters)
    assert outbox_before.unrouted == 2 and listing.unrouted == 0
    a, b = listing.rows
    assert (a.waiting, a.failed, a.said) == (2, 0, "503 words") and a.paused_until
    assert (b.waiting, b.failed, b.said) == (1, 0, "401 words"), "b's dead letter still waits for a"
    assert a.events == vocabulary.NOTICE_EVENTS


def test_the_list_of_a_home_that_has_sent_nothing(tmp_path):
    listing = notify.notify_ls(str(tmp_path), [hook("http://h")])
    assert listing.rows[0].waiting == 0 and listing.rows[0].last_try is None
    assert not os.path.exists(tmp_path / "outbox"), "looking makes nothing"


def test_lint_finds_faults_doubles_and_secrets_that_are_not_there(tmp_path):
    texts = {
        "good": "name: good\nuses: webhook\nevents: all\nurl: https://h/\n",
        "twin": "name: good\nuses: webhook\nevents: all\nurl: https://h/\n",
        "bad": "name: bad\nuses: webhok\nevents: all\n",
        "open": f"name: open\nuses: slack\nevents: all\nurl: {{file: {tmp_path}/url}}\n",
        "off": "name: off\nuses: slack\nevents: all\nenabled: false\nurl: {file: /nowhere}\n",
    }
    (tmp_path / "url").write_text("https://hooks/")
    os.chmod(tmp_path / "url", 0o644)
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    paths = [str(tmp_path / f"{name}.yaml") for name in texts] + [str(tmp_path / "none.yaml")]
    found = [str(fault).replace(str(tmp_path) + "/", "") for fault in notify.notify_lint(paths)]
    assert len(found) == 4
    assert found[0].startswith("twin.yaml: the name 'good' is taken by good.yaml")
    assert found[1] == "bad.yaml:2: no such kind of destination: 'webhok' (did you mean 'webhook'?)"
    assert "chmod 600" in found[2] and found[2].startswith("open.yaml: url:")
    assert "no such file" in found[3]


def test_lint_of_nothing_wrong(tmp_path):
    (tmp_path / "a.yaml").write_text("name: a\nuses: desktop\nevents: all\n")
    assert notify.notify_lint([str(tmp_path / "a.yaml")]) == []


def test_every_event_has_a_sentence():
    assert [one.name for one in notify.events()][2:] == list(vocabulary.NOTICE_EVENTS)
    assert all(one.means.endswith(".") for one in notify.events())


def test_a_secret_that_only_this_shell_has_is_told():
    adapter = parse("name: s\nuses: slack\nevents: all\nurl: {env: MINE}\n")
    assert "only this shell has url (MINE)" in str(notify.unattended(adapter))
    assert notify.unattended(parse("name: s\nuses: slack\nevents: all\nurl: {file: /x}\n")) is None


def test_lint_of_a_file_that_there_is_not_names_what_writes_one(tmp_path):
    (fault,) = notify.notify_lint([str(tmp_path / "no.yaml")])
    assert "notify add" in str(fault) and "brief" not in str(fault)
