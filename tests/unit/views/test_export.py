"""An export of a run: every attempt, in every form, without its secrets, and with a report of what was taken out."""

import json
import os
import subprocess
import sys

import pytest

from tests.support import made_runs
from tests.support import recorded_runs as made
from tests.support.lab import ROOT
from tests.unit.sessions.test_turns import answer, call
from workcell.base.errors import NotFound, Usage
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.views import export

TOKEN = "ghp_" + "a1B2" * 9
TALK = made.lines(
    made.prompt("Fix the *login*"), call(1), answer(f"FAILED\nTOKEN={TOKEN}", 1, failed=True), made.said(f"Done. {TOKEN}"),
)  # fmt: skip


def exported(run, form="md", **more):
    """(the text, the result)"""
    reader, writer = os.pipe()
    cell = Cell(made.home_of(run), {}, "/", clock=lambda: 1_800_000_000.0)
    cell.output = writer
    try:
        found = export.perform(cell, export.Request(run, form, **more))
    finally:
        os.close(writer)
    with open(reader, "rb") as file:
        return file.read().decode(), found


@pytest.fixture
def talking(tmp_path):
    return made.recorded(tmp_path, transcript=TALK)


@pytest.mark.parametrize("form", export.FORMS)
def test_every_form_has_the_conversation_and_not_its_secrets(talking, form):
    text, found = exported(talking, form)
    for words in ("login", "cd src", "FAILED", "Done.", "[redacted:github]"):
        assert words in text
    assert TOKEN not in text
    assert found.size == len(text.encode()) and found.redacted
    assert {one.kind for one in found.taken_out} == {"github"}


@pytest.mark.parametrize("form", export.FORMS)
def test_raw_takes_nothing_out(talking, form):
    text, found = exported(talking, form, raw=True)
    assert TOKEN in text and not found.redacted and not found.taken_out


def test_a_program_without_records_is_exported_as_its_log(tmp_path):
    run = made.recorded(tmp_path, f"\x1b[32mone\x1b[0m\ntwo {TOKEN}\n".encode(), reader="none")
    text, _ = exported(run)
    assert "one\ntwo [redacted:github]\n" in text
    lines = [json.loads(line) for line in exported(run, "jsonl")[0].splitlines()]
    assert [line["text"] for line in lines if line["kind"] == "output"] == ["one", "two [redacted:github]"]
    assert TOKEN in exported(run, raw=True)[0]


def test_attempts_come_in_their_order_or_one_alone(tmp_path):
    run = made.recorded(tmp_path, transcript=made.lines(made.prompt("First"), made.said("One.")))
    if look.at(run).n == 1:
        directory = layout.attempt(run, 2)
        os.mkdir(directory)
        for name in (layout.ATTEMPT, layout.TRANSCRIPT):
            with (
                open(os.path.join(layout.attempt(run, 1), name), "rb") as old,
                open(f"{directory}/{name}", "wb") as new,
            ):
                new.write(old.read().replace(b"First", b"Second"))
        os.unlink(os.path.join(run, layout.CURRENT))
        os.symlink(f"{layout.ATTEMPTS}/{layout.number(2)}", os.path.join(run, layout.CURRENT))
    seen = look.at(run)
    found = exported(run)[1]
    assert found.attempts == list(range(1, seen.n + 1))
    with pytest.raises(NotFound, match="no attempt 9"):
        exported(run, attempt=9)
    assert exported(run, attempt=1)[1].attempts == [1]


def test_without_an_output_it_is_refused(talking):
    with pytest.raises(Usage, match="no output"):
        export.perform(Cell(made.home_of(talking), {}, "/"), export.Request(talking))


def test_the_environment_of_the_run_is_masked_by_value(tmp_path):
    run = made_runs.MadeRun(tmp_path)
    run.attempt["io"] = "file"
    run.store()
    env = {"schema": "workcell.file.env/1", "env": {"MY_TOKEN": "Zq8-own-Value"}, "umask": 18}
    with open(os.path.join(run.run, layout.ENV), "w") as file:
        json.dump(env, file)
    with open(os.path.join(layout.attempt(run.run, 1), layout.TRANSCRIPT), "wb") as file:
        file.write(made.lines(made.prompt("say Zq8-own-Value"), made.said("Zq8-own-Value")))
    text, found = exported(run.run)
    assert "Zq8-own" not in text and found.taken_out == [export.TakenOut("secret", 2)]
    assert "2 × a value of the environment of the run" in text


MOST_KB = 80_000
"""Memory of an export."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "written",
    [
        pytest.param(256 << 20, marks=pytest.mark.heavy, id="256 MB"),
        pytest.param(1 << 30, marks=pytest.mark.sweep, id="1 GB"),
    ],
)
def test_a_long_conversation_costs_little_memory(tmp_path, written):
    run = made.recorded(tmp_path)
    path = os.path.join(layout.attempt(run, look.at(run).n), layout.TRANSCRIPT)
    block = b"".join(
        made.lines(made.prompt("again", f"p{n}"), call(n), answer("x" * 20_000, n), made.said("done", f"s{n}"))
        for n in range(50)
    )
    with open(path, "wb") as file:
        for _ in range(written // len(block) + 1):
            file.write(block)
    program = (
        "import os, sys\n"
        "from tests.support import peak\n"
        "from workcell.rundir.cell import Cell\n"
        "from workcell.views import export\n"
        f"cell = Cell({made.home_of(run)!r}, {{}}, '/')\n"
        "cell.output = os.open(os.devnull, os.O_WRONLY)\n"
        f"found = export.perform(cell, export.Request({run!r}, sys.argv[1], raw=True))\n"
        "print(found.size, peak.kilobytes())\n"
    )
    for form in export.FORMS:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([sys.executable, "-c", program, form], env=env, capture_output=True, text=True, check=True)
        size, most = map(int, ran.stdout.split())
        least = written >> 10 if form == "cast" else written // 2  # a cast has no input and no answer of a tool
        assert size > least and most < MOST_KB, f"{form}: {size} bytes, {most} KB"
