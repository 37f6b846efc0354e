"""The outbox over days and failures, with far ends on loopback and a clock that the tests turn."""

import fcntl
import json
import os
import subprocess
import sys
import time

import pytest

from tests.support import far_ends
from tests.support.far_ends import Reply
from tests.support.notices import AT, ROOT, TEMPLATES, flush, hook, make, names, parse, read, same
from workcell.base import clock
from workcell.channels import outbox, outbox_flush
from workcell.channels.one_send import back_off
from workcell.rundir import notice, vocabulary

DAY = 86400.0


@pytest.fixture
def home(tmp_path):
    return str(tmp_path)


@pytest.fixture
def far():
    with far_ends.web(far_ends.accept) as server:
        yield server


def told(server):
    return [(request.record["run"], request.record["event"]) for request in server.requests]


class TestPost:
    def test_it_is_in_the_box_under_a_name_that_says_what_it_is(self, home):
        identity = outbox.post(home, make("question", edge="q7", labels=["nightly"]))
        assert identity == "r1/001/question/q7"
        assert names(home, "new") == ["r1.001.question.q7.json"]
        found = read(home, "new", "r1.001.question.q7.json")
        assert found["schema"] == "workcell.file.notice/1" and found["labels"] == ["nightly"]

    def test_a_state_seen_twice_is_one_notice(self, home, far):
        adapters = [hook(far.url)]
        for _ in range(2):
            for _ in range(2):
                outbox.post(home, make("passed"))
            flush(home, adapters)
        assert told(far) == [("r1", "passed")]

    def test_another_edge_is_another_notice(self, home, far):
        for edge in ("q1", "q2"):
            outbox.post(home, make("question", edge=edge))
        flush(home, [hook(far.url)])
        assert len(far.requests) == 2

    def test_a_fact_that_is_no_number_is_left_out(self, home):
        outbox.post(home, make(facts={"cost_usd": float("nan"), "seconds": float("inf"), "files": 3}))
        assert read(home, "new", "r1.001.passed.json")["facts"] == {"files": 3}

    def test_an_event_that_there_is_not_is_a_bug(self):
        with pytest.raises(ValueError, match="nonsense"):
            make("nonsense")

    @pytest.mark.parametrize(("one", "other"), [("a/b", "a.b"), ("a b", "a_b"), ("x" * 121, "x" * 122), ("é", "è")])
    def test_two_ids_never_share_a_file(self, one, other):
        assert notice.file_name(one) != notice.file_name(other)
        assert len(notice.file_name(one)) < 200 and "/" not in notice.file_name(one)

    def test_posting_imports_nothing_heavy(self):
        script = (
            "import sys; from workcell.channels import outbox; "
            "heavy = ('apprise', 'requests', 'jinja2', 'pydantic', 'ruamel.yaml', 'dataclasses'); "
            "print([m for m in heavy if m in sys.modules])"
        )
        env = {**os.environ, "PYTHONPATH": ROOT}
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env)
        assert (found.stdout.strip(), found.stderr) == ("[]", "")

    def test_a_flush_with_nothing_to_send_imports_no_sender(self, home):
        script = (
            "import sys, time; from workcell.channels import outbox_flush\n"
            "from workcell.texts import adapter\n"
            "a = [adapter.parse(b'name: a\\nuses: apprise\\nevents: all\\nurl: {env: A}\\n', 'a')]\n"
            f"print(outbox_flush.flush({home!r}, outbox_flush.Means(a, [], str), time.time(), 5))\n"
            "print([m for m in ('apprise','requests','jinja2') if m in sys.modules])"
        )
        env = {**os.environ, "PYTHONPATH": ROOT}
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env)
        assert found.stdout.splitlines()[-1:] == ["[]"], found.stderr


class TestBeside:
    """A sender that finds another one at work leaves its notice to that one."""

    def test_what_is_posted_while_another_sends_is_sent_by_that_one(self, home):
        outbox.post(home, make("passed"))
        beside = []

        def takes(request):
            if len(server.requests) == 1:  # the lock is held now: a second run ends
                outbox.post(home, make("failed", run="r2"))
                beside.append(flush(home, adapters))
            return far_ends.accept(request)

        with far_ends.web(takes) as server:
            adapters = [hook(server.url)]
            report = flush(home, adapters)
            assert told(server) == [("r1", "passed"), ("r2", "failed")]
        assert [one.busy for one in beside] == [True] and not report.busy
        assert len(report.delivered) == 2 and report.waiting == 0


class TestMissing:
    """A package that an adapter needs and that is not installed loses no notice."""

    ADAPTER = "name: a\nuses: apprise\nevents: all\nurl: {env: WC_TEST_URL}\n"

    @pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
    def test_a_notice_waits_until_apprise_is_there(self, home, far, monkeypatch):
        monkeypatch.setenv("WC_TEST_URL", far.url.replace("http://", "json://") + "/x")
        outbox.post(home, make())
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "apprise", None)
            report = flush(home, [parse(self.ADAPTER)])
            [(_, _, said)] = report.delayed
            assert "pip install apprise" in said
            assert names(home, "cur") and not names(home, "failed")
        assert flush(home, [parse(self.ADAPTER)], AT + DAY).delivered
        assert not names(home, "cur")


class TestRouting:
    def test_by_event_and_its_shorthand(self, home, far):
        adapter = parse(f"name: a\nuses: webhook\nevents: [needs-you, failed]\nurl: {far.url}\n")
        for event in vocabulary.NOTICE_EVENTS:
            outbox.post(home, make(event))
        flush(home, [adapter])
        assert sorted(event for _, event in told(far)) == [
            "auth",
            "billing",
            "failed",
            "prompt",
            "proposal",
            "question",
            "suggested",
            "unchecked",
        ]
        assert names(home, "new") == names(home, "cur") == names(home, "failed") == []

    def test_by_label(self, home, far):
        adapter = hook(far.url, more="labels: [nightly, weekly]\n")
        outbox.post(home, make(run="r1", labels=["nightly"]))
        outbox.post(home, make(run="r2", labels=["daily"]))
        outbox.post(home, make(run="r3"))
        flush(home, [adapter])
        assert told(far) == [("r1", "passed")]

    def test_by_the_briefs_own_list(self, home, far):
        adapters = [hook(far.url + "/a", "a"), hook(far.url + "/b", "b", "labels: [nightly]\n")]
        outbox.post(home, make(run="r1", notify=["b"]))
        outbox.post(home, make(run="r2", notify=[]))
        flush(home, adapters)
        assert [request.path for request in far.requests] == ["/b"]

    def test_an_approval_that_destroys_or_shows_secrets_passes_quiet_hours(self, home, far):
        adapter = hook(far.url, more='quiet: {from: "00:00", to: "23:59", zone: UTC}\n')
        for risk in (None, "read", "write", "destructive", "secret"):
            outbox.post(home, make("prompt", run=f"r-{risk}", risk=risk))
        flush(home, [adapter])
        assert told(far) == [("r-destructive", "prompt"), ("r-secret", "prompt")]
        assert len(names(home, "cur")) == 3, "the others wait for the morning"

    def test_a_name_that_there_is_not_is_said(self, home, far):
        outbox.post(home, make(notify=["hook", "hok"]))
        report = flush(home, [hook(far.url)])
        assert len(far.requests) == 1
        assert report.failed == [("hok", "r1/001/passed", "there is no adapter of that name")]
        assert read(home, "failed", "r1.001.passed.json")["to"]["hok"]["state"] == "missing"

    def test_a_disabled_adapter_gets_nothing(self, home, far):
        outbox.post(home, make())
        flush(home, [hook(far.url, more="enabled: false\n")])
        assert far.requests == [] and names(home, "sent") == ["r1.001.passed.json"]

    def test_what_may_be_for_a_broken_adapter_waits_until_it_is_mended(self, home, far):
        outbox.post(home, make("passed"))
        outbox.post(home, make("started", at=AT + 1))
        other = hook(far.url + "/other", "other")
        flush(home, [other], broken=["a"])
        flush(home, [other], broken=["a"])
        assert [request.path for request in far.requests] == ["/other", "/other"]
        mended = parse(f"name: a\nuses: webhook\nevents: [passed]\nurl: {far.url}/a\n")
        flush(home, [other, mended])
        assert [request.path for request in far.requests] == ["/other", "/other", "/a"]
        assert names(home, "cur") == [] and len(names(home, "sent")) == 2

    def test_an_adapter_that_is_gone_is_a_dead_letter(self, home, far):
        outbox.post(home, make())
        far.plan = [Reply(500)]
        flush(home, [hook(far.url)])
        flush(home, [], AT + 60)
        assert "no adapter" in read(home, "failed", "r1.001.passed.json")["to"]["hook"]["said"]


class TestFailures:
    def test_it_is_tried_again_until_it_arrives(self, home, far):
        outbox.post(home, make())
        far.plan = [Reply(500), Reply(503), Reply(502)]
        now = AT
        for _ in range(200):
            if not outbox.waiting(home):
                break
            flush(home, [hook(far.url)], now)
            now += 15
        assert len(far.requests) == 4
        entry = read(home, "sent", "r1.001.passed.json")["to"]["hook"]
        assert (entry["state"], entry["tries"]) == ("delivered", 4)
        assert now - AT < 400

    def test_retry_after_is_obeyed_for_the_whole_destination(self, home, far):
        far.plan = [Reply(429, b"", {"Retry-After": "120"})]
        outbox.post(home, make(run="r1"))
        outbox.post(home, make(run="r2"))
        adapters = [hook(far.url)]
        flush(home, adapters)
        flush(home, adapters, AT + 119)
        assert len(far.requests) == 1
        flush(home, adapters, AT + 121)
        assert told(far) == [("r1", "passed"), ("r1", "passed"), ("r2", "passed")]

    def test_a_refusal_is_a_dead_letter_with_its_reason(self, home, far):
        far.plan = [Reply(400, b"no such channel")]
        outbox.post(home, make(run="r1"))
        outbox.post(home, make(run="r2"))
        report = flush(home, [hook(far.url)])
        assert report.failed == [("hook", "r1/001/passed", "400 no such channel")]
        assert report.delivered == [("hook", "r2/001/passed")]
        assert read(home, "failed", "r1.001.passed.json")["to"]["hook"]["said"] == "400 no such channel"

    def test_a_dead_letter_put_back_is_tried_once_more_where_it_did_not_arrive(self, home, far):
        adapters = [hook(far.url + "/a", "a"), hook(far.url + "/b", "b")]
        outbox.post(home, make())
        far.plan = [Reply(200), Reply(401)]
        flush(home, adapters)
        box = notice.box(home)
        os.rename(f"{box}/failed/r1.001.passed.json", f"{box}/new/r1.001.passed.json")
        flush(home, adapters, AT + 10 * DAY)  # its expiry counts from when it was put back
        assert [request.path for request in far.requests] == ["/a", "/b", "/b"]
        assert names(home, "sent") == ["r1.001.passed.json"]

    def test_an_answer_that_is_always_lost_ends(self, home, far):
        far.otherwise = lambda request: Reply(cut=True)
        outbox.post(home, make())
        for minute in range(0, 600, 5):
            flush(home, [hook(far.url)], AT + minute * 60)
        assert len(far.requests) == 3
        entry = read(home, "failed", "r1.001.passed.json")["to"]["hook"]
        assert entry["state"] == "lost" and "may have arrived" in entry["said"]

    def test_the_network_is_down_for_a_day(self, home):
        port = far_ends.free_port()
        adapters = [hook(f"http://127.0.0.1:{port}", "a")]
        for hour in range(24):
            outbox.post(home, make("started", run=f"r{hour % 3}", edge=str(hour), at=AT + hour * 3600))
            for minute in (0, 20, 40):
                report = flush(home, adapters, AT + hour * 3600 + minute * 60)
                assert report.delivered == [] and report.failed == []
        with far_ends.web(far_ends.accept) as server:
            adapters = [hook(server.url, "a", "at_most: 100\n")]
            now = AT + DAY
            while outbox.waiting(home):
                assert now < AT + DAY + 7200, "an hour or two after the network is back everything is there"
                flush(home, adapters, now)
                now += 300
            ids = [request.record["id"] for request in server.requests]
        assert len(ids) == len(set(ids)) == 24
        for run in range(3):
            own = [int(one.rsplit("/", 1)[1]) for one in ids if one.startswith(f"r{run}/")]
            assert own == sorted(own)

    def test_what_is_too_old_is_a_dead_letter_that_says_why(self, home, far):
        far.otherwise = lambda request: Reply(500, b"broken")
        outbox.post(home, make())
        flush(home, [hook(far.url)])
        flush(home, [hook(far.url)], AT + 3 * DAY + 1)
        entry = read(home, "failed", "r1.001.passed.json")["to"]["hook"]
        assert entry["state"] == "expired" and "500 broken" in entry["said"]

    def test_one_bad_run_does_not_hold_up_the_others(self, home, far):
        far.otherwise = lambda request: Reply(500 if request.record["run"] == "bad" else 200)
        outbox.post(home, make(run="bad", at=AT))
        outbox.post(home, make(run="bad", event="failed", at=AT + 1))
        outbox.post(home, make(run="good", at=AT + 2))
        now = AT + 3
        for _ in range(40):
            flush(home, [hook(far.url)], now)
            now += 30
        assert ("good", "passed") in told(far)
        assert ("bad", "failed") not in told(far), "it would overtake what is older in its run"

    def test_a_secret_that_is_not_there_yet_holds_and_is_named(self, home, far, monkeypatch):
        adapter = hook(far.url, more="headers:\n  Authorization: {env: WORKCELL_TEST_HOOK}\n")
        monkeypatch.delenv("WORKCELL_TEST_HOOK", raising=False)
        outbox.post(home, make())
        report = flush(home, [adapter])
        assert "WORKCELL_TEST_HOOK" in report.delayed[0][2]
        monkeypatch.setenv("WORKCELL_TEST_HOOK", "Bearer abc-def")
        flush(home, [adapter], AT + 60)
        assert far.requests[0].headers["Authorization"] == "Bearer abc-def"

    def test_no_file_of_the_outbox_holds_a_secret_that_a_far_end_repeats(self, home, far, monkeypatch):
        monkeypatch.setenv("WORKCELL_TEST_HOOK", "s3cret value")
        far.otherwise = lambda request: Reply(400, b"unknown key: s3cret value, s3cret%20value")
        outbox.post(home, make())
        flush(home, [hook(far.url, more="headers:\n  Authorization: {env: WORKCELL_TEST_HOOK}\n")])
        for directory, _, files in os.walk(notice.box(home)):
            for file in files:
                with open(os.path.join(directory, file)) as text:
                    assert "s3cret" not in text.read()
        assert "***" in read(home, "failed", "r1.001.passed.json")["to"]["hook"]["said"]

    def test_a_clock_that_was_wrong_does_not_hold_for_years(self, home, far):
        far.plan = [Reply(500)]
        outbox.post(home, make(at=AT))
        flush(home, [hook(far.url, more="expire: 9000d\n")], AT + 3000 * DAY)
        flush(home, [hook(far.url)], AT + 60)
        assert len(far.requests) == 2 and names(home, "sent") == ["r1.001.passed.json"]

    def test_what_is_no_notice_is_put_aside(self, home, far):
        os.makedirs(f"{home}/outbox/new")
        for name, text in (("a.json", "{"), ("b.json", "[]"), ("c.json", '{"schema": "workcell.file.notice/9"}')):
            with open(f"{home}/outbox/new/{name}", "w") as file:
                file.write(text)
        outbox.post(home, make())
        flush(home, [hook(far.url)])
        assert names(home, "failed") == ["a.json", "b.json", "c.json"] and len(far.requests) == 1

    def test_a_letter_that_an_editor_spoilt_is_sent_or_put_aside(self, home, far):
        adapters = [hook(far.url)]
        for number, to in enumerate(('{"hook": 7}', '{"hook": {"state": "nonsense", "tries": "x"}}', '"x"', "{")):
            outbox.post(home, make(run=f"r{number}"))
            flush(home, [hook(far.url, more="quiet: {from: 00:01, to: 00:00, zone: UTC}\n")])
            path = f"{home}/outbox/cur/r{number}.001.passed.json"
            with open(path) as file:
                text = file.read().rstrip().removesuffix("}")
            with open(path, "w") as file:
                file.write(f'{text}, "to": {to}}}')
        report = flush(home, adapters)
        assert [run for run, _ in told(far)] == ["r0", "r1"]
        assert report.failed == [("", "r3.001.passed.json", "this cannot be read")]
        assert names(home, "cur") == [], "the third goes nowhere: it says so itself"

    def test_what_waits_for_a_broken_adapter_that_goes_away_is_settled(self, home, far):
        outbox.post(home, make())
        flush(home, [hook(far.url)], broken=["b"])
        flush(home, [hook(far.url)], AT + 1)
        assert names(home, "failed") == [] and names(home, "sent") == ["r1.001.passed.json"]

    def test_a_broken_template_of_the_users_holds_until_it_is_mended(self, home, far, tmp_path):
        folder = tmp_path / "mine" / "notices"
        folder.mkdir(parents=True)
        (folder / "notice.j2").write_text("{{ nonsense }}")
        outbox.post(home, make())
        report = flush(home, [hook(far.url)], templates=[str(folder.parent), *TEMPLATES])
        assert far.requests == [] and "nonsense" in report.delayed[0][2]
        (folder / "notice.j2").write_text("mine: {{ name }}")
        flush(home, [hook(far.url)], AT + 60, templates=[str(folder.parent), *TEMPLATES])
        assert far.requests[0].record["text"] == "mine: r1"


class TestTime:
    def test_no_flush_takes_longer_than_its_budget(self, home, far):
        far.otherwise = lambda request: Reply(late=30)
        adapters = [hook(far.url, f"a{number}") for number in range(5)]
        outbox.post(home, make())
        begun = time.monotonic()
        report = flush(home, adapters, budget=1.6)
        # each of the five would be waited for half a minute
        assert time.monotonic() - begun < 20
        assert report.out_of_budget

    def test_two_at_once_send_once(self, home, far):
        os.makedirs(f"{home}/outbox")
        outbox.post(home, make())
        lock = os.open(f"{home}/outbox/lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert flush(home, [hook(far.url)]).busy
        assert far.requests == []
        os.close(lock)
        flush(home, [hook(far.url)])
        assert len(far.requests) == 1

    def test_a_healthy_destination_is_served_before_a_failing_one(self, home, far):
        bad, good = hook(far.url + "/bad", "abad"), hook(far.url + "/good", "zgood")
        far.otherwise = lambda request: Reply(500 if request.path == "/bad" else 200)
        outbox.post(home, make(run="r1"))
        flush(home, [bad, good])
        outbox.post(home, make(run="r2", at=AT + 1))
        far.requests.clear()
        flush(home, [bad, good], AT + 3600)
        assert far.requests[0].path == "/good"

    def test_back_off_doubles_is_spread_and_has_an_end(self):
        for tries in range(1, 60):
            full = min(30.0 * 2 ** (tries - 1), 3600.0)
            assert 0.75 * full <= back_off("x", tries, 30, 3600) <= 1.25 * full
        assert len({back_off(str(key), 3, 30, 3600) for key in range(50)}) > 40


class TestManyAtOnce:
    def test_a_thousand_are_told_in_as_many_messages_as_the_cap_allows(self, home, far):
        for number in range(1000):
            event = "question" if number == 500 else "failed" if number % 10 == 0 else "passed"
            outbox.post(home, make(event, run=f"r{number}", at=AT + number / 1000))
        adapter = hook(far.url, more="at_most: 5\nper: 10m\n")
        for _ in range(40):
            flush(home, [adapter], AT + 2)
            if not outbox.waiting(home):
                break
        assert len(far.requests) == 5
        assert [request.record["more"] for request in far.requests] == [0, 0, 0, 0, 995]
        last = far.requests[-1].record
        assert last["event"] == "question", "the most urgent one is shown whole"
        assert "and 995 more" in last["text"]
        states = [read(home, "sent", name)["to"]["hook"]["state"] for name in names(home, "sent")]
        assert sorted(set(states)) == ["delivered", "told"] and states.count("told") == 995

    def test_the_cap_opens_again_and_says_what_there_was(self, home, far):
        adapter = hook(far.url, more="at_most: 2\nper: 10m\n")
        for number in range(2):
            outbox.post(home, make(run=f"a{number}", at=AT + number))
        flush(home, [adapter], AT + 5)
        for number in range(4):
            outbox.post(home, make(run=f"b{number}", at=AT + 10 + number))
        flush(home, [adapter], AT + 20)
        assert len(far.requests) == 2
        flush(home, [adapter], AT + 1000)
        assert len(far.requests) == 4
        assert far.requests[2].record["more"] == 0
        assert far.requests[3].record["more"] == 2 and "b1 passed" in far.requests[3].record["text"]

    def test_a_budget_that_ends_while_what_was_told_is_noted_doubles_nothing(self, home, far, monkeypatch):
        for number in range(30):
            outbox.post(home, make(run=f"r{number}", at=AT + number / 1000))
        adapter = hook(far.url, more="at_most: 1\n")
        spent = outbox_flush._Flush._left
        calls = []

        def left(self):
            calls.append(1)
            return spent(self) if len(calls) < 12 else 0.0

        monkeypatch.setattr(outbox_flush._Flush, "_left", left)
        assert flush(home, [adapter], AT + 2).out_of_budget
        monkeypatch.undo()
        assert len(far.requests) == 1 and names(home, "cur")
        flush(home, [adapter], AT + 3600)
        assert len(far.requests) == 1 and not outbox.waiting(home)


QUIET = 'quiet: {from: "22:00", to: "07:00", zone: Europe/Berlin, except: [needs-you]}\n'
TEN_PM = clock.parse("2026-11-18T21:00:00.000Z")  # 22:00 in Berlin


class TestQuiet:
    def test_the_night_is_told_in_the_morning_in_one(self, home, far):
        adapter = hook(far.url, more=QUIET)
        for hour, event in ((1, "passed"), (2, "failed"), (3, "passed")):
            outbox.post(home, make(event, run=f"r{hour}", at=TEN_PM + hour * 3600))
            flush(home, [adapter], TEN_PM + hour * 3600 + 10)
        assert far.requests == []
        flush(home, [adapter], TEN_PM + 9 * 3600 - 1)
        assert far.requests == []
        flush(home, [adapter], TEN_PM + 9 * 3600)
        assert len(far.requests) == 1
        record = far.requests[0].record
        assert record["title"] == "3 notices: 2 passed, 1 failed"
        assert [line.split()[1] for line in record["text"].splitlines()[:3]] == ["r1", "r2", "r3"]
        assert not outbox.waiting(home)

    def test_of_the_progress_of_a_run_the_last_one_is_told(self, home, far):
        adapter = hook(far.url, more=QUIET)
        for hour in range(1, 9):
            for run in ("r1", "r2"):
                outbox.post(home, make("progress", run=run, at=TEN_PM + hour * 3600, edge=str(hour)))
        outbox.post(home, make("failed", run="r2", at=TEN_PM + 8.5 * 3600))
        flush(home, [adapter], TEN_PM + 9 * 3600)
        assert len(far.requests) == 1 and far.requests[0].record["title"] == "2 notices: 1 progress, 1 failed"
        lines = far.requests[0].record["text"].splitlines()
        assert lines[:2] == ["▸ r1 goes on", "✗ r2 failed"]
        assert not outbox.waiting(home)

    def test_what_is_urgent_comes_through_and_brings_its_run_along(self, home, far):
        adapter = hook(far.url, more=QUIET)
        outbox.post(home, make("passed", run="other", at=TEN_PM + 50))
        outbox.post(home, make("started", run="r1", at=TEN_PM + 60))
        outbox.post(home, make("question", run="r1", at=TEN_PM + 120))
        flush(home, [adapter], TEN_PM + 130)
        assert told(far) == [("r1", "question")]
        assert far.requests[0].record["more"] == 1 and "r1 started" in far.requests[0].record["text"]
        flush(home, [adapter], TEN_PM + 10 * 3600)
        assert told(far) == [("r1", "question"), ("other", "passed")]

    def test_a_daily_summary(self, home, far):
        adapter = hook(far.url, more='daily: {at: "18:00", zone: UTC, events: [passed]}\n')
        noon = clock.parse("2026-11-18T12:00:00.000Z")
        for number in range(3):
            outbox.post(home, make("passed", run=f"r{number}", at=noon + number))
        outbox.post(home, make("failed", run="r9", at=noon))
        flush(home, [adapter], noon + 60)
        assert told(far) == [("r9", "failed")]
        flush(home, [adapter], noon + 6 * 3600)
        assert far.requests[1].record["title"] == "3 notices: 3 passed"


class TestLight:
    def test_sent_ones_are_kept_a_month(self, home, far):
        outbox.post(home, make())
        flush(home, [hook(far.url)])
        path = f"{home}/outbox/sent/r1.001.passed.json"
        os.utime(path, (AT - 31 * DAY, AT - 31 * DAY))
        outbox.post(home, make(run="r2"))
        flush(home, [hook(far.url)])
        assert names(home, "sent") == ["r2.001.passed.json"]

    def test_a_report_can_be_read_by_a_program(self, home, far):
        outbox.post(home, make())
        report = flush(home, [hook(far.url)])
        assert json.loads(json.dumps(report.__dict__))["delivered"] == [["hook", "r1/001/passed"]]

    def test_an_outbox_that_is_no_directory_ends_nothing(self, tmp_path):
        (tmp_path / "outbox").mkdir()
        (tmp_path / "outbox" / "new").mkdir()
        outbox.post(str(tmp_path), make())
        (tmp_path / "outbox" / "cur").write_text("in the way")
        report = outbox_flush.flush(str(tmp_path), outbox_flush.Means([], TEMPLATES, same), AT, 5)
        assert report.trouble == "Not a directory"
