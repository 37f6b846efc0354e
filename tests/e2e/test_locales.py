"""In a locale that is not UTF-8 every verb works: it shows what it can, and its exit code is the right one."""

import os
import shutil
import subprocess
import tempfile

import pytest

from tests.support import looking
from workcell.rundir import layout

OBJECTIVE = "prüfe, dass “alles” geht → ✓ 漢字 🎉"


@pytest.fixture(scope="module")
def latin():
    """The environment of ISO-8859-1: a locale that was really made, or Python's word for it where none can be."""
    top = tempfile.mkdtemp(prefix="wc-locale-")
    words = ["localedef", "-i", "en_US", "-f", "ISO-8859-1", f"{top}/en_US.ISO-8859-1"]
    made = shutil.which("localedef") and subprocess.run(words, capture_output=True).returncode == 0
    yield {"LOCPATH": top, "LC_ALL": "en_US.ISO-8859-1"} if made else {"PYTHONIOENCODING": "iso-8859-1"}
    shutil.rmtree(top)


@pytest.fixture(params=["latin", "C"])
def locale(request):
    return request.getfixturevalue("latin") if request.param == "latin" else {"LC_ALL": "C"}


def briefed(lab, verify):
    path = lab.brief("echo 'schön ✓'", verify, name="pruefe")
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("the objective of pruefe", f"'{OBJECTIVE}'")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def spoken(lab, words, env):
    ran = subprocess.run(
        lab.words(*words), env=env, cwd=lab.top, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
    )
    assert b"a bug" not in ran.stderr and ran.returncode != 70, (words, ran.stderr)
    return ran


@pytest.mark.timeout(400)
def test_every_verb_shows_what_it_can_and_ends_as_it_should(lab, locale):
    env = lab.env(**locale)
    words = ["launch", briefed(lab, "true"), "--repo", lab.repo, "--no-window", "--wait"]
    ran = spoken(lab, words, env)
    assert ran.returncode == 0, ran.stderr
    run = ran.stdout.decode().splitlines()[0]
    assert spoken(lab, ["launch", briefed(lab, "false"), *words[2:]], env).returncode == 1
    assert spoken(lab, ["wait", run], env).returncode == 0
    shown = {" ".join(command): spoken(lab, command, env) for command in [*looking.of_a_run(run), *looking.OF_THE_HOME]}
    assert not os.path.exists(os.path.join(lab.home, layout.CRASHES))
    assert b"passed" in shown["ls -a"].stdout
    if "LOCPATH" in locale:
        assert b"+ passed" in shown[f"status {run}"].stdout
        assert "prüfe".encode("iso-8859-1") in shown[f"status {run}"].stdout
        assert b'"alles" geht > + ???? ??' in shown[f"status {run}"].stdout


def test_what_a_json_document_says_is_utf8_in_any_locale(lab, latin):
    lab.workcell("launch", briefed(lab, "true"), "--repo", lab.repo, "--no-window", "--wait")
    ran = spoken(lab, ["status", "-", "--json"], lab.env(**latin))
    assert OBJECTIVE in ran.stdout.decode("utf-8")
