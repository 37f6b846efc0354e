"""The ports of runs, with real sockets: what the agent gets, what no two live runs share, and what a resume keeps."""

import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import runs
from workcell.base.errors import WorkcellError
from workcell.launch import dry_run, launch, ports, resume, wait
from workcell.launch.options import Options
from workcell.rundir import layout, look, phase, port_lease
from workcell.system import loopback
from workcell.texts.document import Faulty
from workcell.views import status


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


SERVER = """exec python3 -c '
import os, socket, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(os.environ["WEB"])))
server.listen(1)
time.sleep(600)'"""


@contextmanager
def listening(port):
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(1)
        yield


def of(run):
    return ports.of(look.at(run).attempt)


def test_agent_and_check_have_the_ports_and_the_agent_is_told_of_them(lab):
    brief = lab.brief(
        'echo "$WEB $WEB_2 $API" > got', 'test "$(cat got)" = "$WEB $WEB_2 $API"', extra="ports: {WEB: 2, API: 1}"
    )
    run = runs.start(lab, brief)
    assert wait.wait([run], wait.DONE, 30.0).states == ["passed"]
    numbers = of(run)
    assert list(numbers) == ["WEB", "WEB_2", "API"] and len(set(numbers.values())) == 3
    assert Path(lab.repo, "got").read_text() == " ".join(map(str, numbers.values())) + "\n"
    assert f"$WEB_2 is {numbers['WEB_2']}" in look.at(run).attempt["prompt"]


def test_a_run_without_ports_is_as_before(lab):
    run = runs.start(lab, lab.brief())
    wait.wait([run], wait.DONE, 30.0)
    assert "ports" not in look.at(run).attempt and "TCP" not in look.at(run).attempt["prompt"]


def test_live_runs_share_no_port_and_a_run_that_is_over_gives_its_own_back(lab, monkeypatch):
    monkeypatch.setattr(port_lease, "FIRST", 20000)
    monkeypatch.setattr(port_lease, "LAST", 20003)
    brief = lab.brief("exec sleep 600", extra="ports: {WEB: 2}")
    if not all(map(loopback.is_free, range(20000, 20004))):
        pytest.skip("other programs listen on the first ports of the range")
    one = runs.start(lab, brief)
    two = runs.start(lab, brief, repo=lab.new_repo(), prepare=True)
    assert not set(of(one).values()) & set(of(two).values())
    third = lab.new_repo()
    with pytest.raises(WorkcellError, match="no TCP port") as caught:
        runs.start(lab, brief, repo=third)
    assert caught.value.exit_code == 75 and sorted(lab.runs()) == sorted([one, two])
    assert len(os.listdir(os.path.join(lab.home, layout.RUNS))) == 2
    lab.workcell("stop", os.path.basename(one))
    assert look.at(one).phase == phase.DONE
    assert set(of(runs.start(lab, brief, repo=third, prepare=True)).values()) == set(of(one).values())


def test_a_port_on_which_a_program_listens_is_left_out(lab):
    os.makedirs(os.path.join(lab.home, layout.LEASES))
    brief = lab.brief(extra="ports: [WEB]")
    made = launch.check(launch.Request(lab.home, brief, Options(repo=lab.repo, shell=os.environ), window=False))
    first = ports.preview(lab.home, made.id, ["WEB"], {})["WEB"]
    with listening(first):
        assert ports.preview(lab.home, made.id, ["WEB"], {})["WEB"] != first
        with ports.claim(lab.home, made.id, ["WEB"], {}) as taken:
            assert taken.numbers["WEB"] != first


def test_a_resume_keeps_its_ports_and_says_so_where_it_cannot(lab):
    brief = lab.brief("true", "false", extra="ports: {WEB: 2}")
    run = runs.start(lab, brief)
    wait.wait([run], wait.DONE, 30.0)
    before = of(run)
    resume.resume(resume.Request(lab.home, run, window=False))
    wait.wait([run], wait.DONE, 30.0)
    assert (look.at(run).n, of(run)) == (2, before) and "ports_before" not in look.at(run).attempt
    with listening(before["WEB_2"]):
        preview = resume.resume(resume.Request(lab.home, run, window=False, dry_run=True))
        done = resume.resume(resume.Request(lab.home, run, window=False))
        wait.wait([run], wait.DONE, 30.0)
    now = of(run)
    assert now["WEB"] == before["WEB"] and now["WEB_2"] != before["WEB_2"]
    words = f"the port $WEB_2 is {now['WEB_2']} now: another program has {before['WEB_2']}"
    assert words in done.brief and words in preview.brief
    assert f"it was {before['WEB_2']}" in look.at(run).attempt["prompt"]
    told = Path(look.at(run).directory, layout.HANDOFF).read_text()
    assert f"- ports: WEB {now['WEB']}, WEB_2 {now['WEB_2']} (was {before['WEB_2']})" in told
    found = status.of(run)
    assert (found.ports, found.ports_before) == (now, {"WEB_2": before["WEB_2"]})


def test_a_new_brief_gives_up_the_ports_that_it_does_not_ask_for(lab):
    run = runs.start(lab, lab.brief("true", "false", extra="ports: [WEB, API]"))
    wait.wait([run], wait.DONE, 30.0)
    before = of(run)
    again = lab.brief("exec sleep 600", "true", name="again", extra="ports: [API]")
    resume.resume(resume.Request(lab.home, run, brief=again, window=False))
    now = of(run)
    assert now == {"API": before["API"]}
    with ports.claim(
        lab.home, "20261120-0512-other-aaaa", ["X", "Y"], {"X": before["WEB"], "Y": before["API"]}
    ) as other:
        assert other.numbers["X"] == before["WEB"] and other.numbers["Y"] != before["API"]


def test_the_server_of_an_attempt_that_was_killed_does_not_cost_the_next_its_port(lab):
    run = runs.start(lab, lab.brief(SERVER, "false", extra="ports: [WEB]\nlimits: {wall: 2s}"))
    wait.wait([run], wait.DONE, 30.0)
    before = of(run)
    resume.resume(resume.Request(lab.home, run, window=False))
    assert of(run) == before
    wait.wait([run], wait.DONE, 30.0)
    assert look.at(run).exit["how"] == "limit-wall"  # it had the port, and listened to its end


@pytest.mark.parametrize("text", ["ports: 3", "ports: {WEB: many}", "ports: {WEB: -1}", "ports: {WEB: 101}", "ports: {1WEB: 1}",
    "ports: {WORKCELL_RUN: 1}", "ports: {WEB: 2, WEB_2: 1}", "ports: {PATH: 1}", "ports: {TERM: 1}", "ports: {WEB: 60, API: 60}",
    "ports: {MARKS: 1}", "ports: {WEB: true}"])  # fmt: skip
def test_wrong_ports_are_told_with_the_file_and_leave_nothing(lab, text):
    brief = lab.brief(extra=text)
    with pytest.raises(Faulty) as caught:
        runs.start(lab, brief)
    assert all(fault.file == brief for fault in caught.value.faults)
    assert lab.runs() == [] and not os.path.exists(os.path.join(lab.home, layout.LEASES))


def test_a_dry_run_shows_the_ports_and_claims_none(lab):
    brief = lab.brief(extra="ports: [WEB]")
    shown = dry_run.dry_run(launch.Request(lab.home, brief, Options(repo=lab.repo, shell=os.environ, ports={"API": 1})))
    assert shown.origins["ports.WEB"] == brief and shown.origins["ports.API"] == "command line"
    assert f"$API is {shown.values['ports.API']}" in shown.prompt
    assert not os.path.exists(os.path.join(lab.home, layout.LEASES))


def test_a_launch_that_was_killed_keeps_no_port(lab):
    """The claim of a run that was never made, and of one whose attempt has other ports, is void."""
    os.makedirs(os.path.join(lab.home, layout.LEASES))
    with ports.claim(lab.home, "20261120-0512-gone-aaaa", ["WEB"], {}) as taken:
        port = taken.numbers["WEB"]
    assert port_lease.holder(lab.home, port) == "20261120-0512-gone-aaaa"
    with ports.claim(lab.home, "20261120-0512-next-bbbb", ["WEB"], {"WEB": port}) as again:
        assert again.numbers["WEB"] == port
