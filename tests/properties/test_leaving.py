"""Whatever secrets a run has and whatever its files say: no verb that looks lets a value or a control out."""

import base64
import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.test_leaving import steering
from workcell.base import json_codec
from workcell.faces.cli import app
from workcell.rundir import layout, ledger, phase

VERBS = (  # those that read playbooks take long, and tests/e2e/test_leaving.py has them all
    *("ls", "ls --json", "status {}", "status {} --json", "what {} --json", "logs {}", "logs {} -n 20", "logs {} -f"),
    *("events {}", "handoff {}", "handoff {} --json", "resume {} --dry-run", "resume {} --dry-run --json"),
)

values = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=24).filter(
        lambda text: not text.isalnum() and len(set(text)) > 5 and not os.path.lexists(os.path.expanduser(text))
    ),
    min_size=1,
    max_size=2,
)
between = st.text(st.sampled_from("ab 0\n\t\r\x1b\x07[]0;m\x9b\u202e\u2066\u200f\u2028é漢"), max_size=12)


@pytest.fixture
def run(lab, monkeypatch):
    monkeypatch.setenv("WORKCELL_HOME", lab.home)
    found = lab.launch(lab.brief("echo said", verify="echo checked; false"), "--wait", code=None)
    lab.phase(found, phase.DONE)
    # without its ledger, and of the first format, the run is what its files say: the test writes them anew
    os.unlink(ledger.path(found))
    launched = Path(found, layout.LAUNCH)
    launched.chmod(0o600)
    launched.write_text(launched.read_text().replace("workcell.file.launch/2", "workcell.file.launch/1"))
    return found


def _plant(run: str, secrets: list[str], text: str) -> None:
    """The files of the run as an agent with these secrets could have left them."""
    directory = layout.attempt(run, 1)
    env = json_codec.decode(Path(run, layout.ENV).read_bytes())
    env["env"] = {**env["env"], **{f"A_KEY_{n}": value for n, value in enumerate(secrets)}}
    Path(run, layout.ENV).write_bytes(json_codec.encode(env))
    line = " ".join(text.split("\n"))
    for name in (layout.AGENT_LOG, layout.VERIFY_LOG, layout.STDERR_LOG, f"{layout.AGENT_DIR}/{layout.HANDOFF}"):
        Path(directory, name).write_bytes(text.encode())
    Path(directory, layout.HANDOFF).write_text(text)
    facts = json_codec.decode(Path(directory, layout.FACTS).read_bytes())
    facts["git"] = {**facts["git"], "clean": False, "dirty": [text], "branch": line, "subjects": [text]}
    facts["forbidden"] = [{"path": text, "pattern": line}]
    Path(directory, layout.FACTS).write_bytes(json_codec.encode(facts))
    with open(Path(run, layout.EVENTS), "ab") as file:
        file.write(
            json_codec.encode_line({"n": 999, "type": "annotation", "at": "2026-11-20T05:12:09.042Z", "text": text})
        )


@pytest.mark.timeout(400)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(secrets=values, data=st.data())
def test_no_verb_that_looks_lets_a_value_or_a_control_out(run, capfdbinary, secrets, data) -> None:
    forms = []
    for value in secrets:
        raw = value.encode()
        forms += [value, base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")]
        forms += [quote(value, safe=""), quote(value)]
    text = "".join(data.draw(between) + form for form in forms) + data.draw(between)
    _plant(run, secrets, text)
    capfdbinary.readouterr()
    for verb in VERBS:
        code = app.main(verb.format(os.path.basename(run)).split())
        shown = b"\n".join(capfdbinary.readouterr()).decode()
        assert code == 0, f"{verb}: {shown}"
        assert verb != "resume {} --dry-run" or "uncommitted: " in shown
        assert not steering(shown), verb
        left = shown.replace("[redacted:secret]", "\0")
        assert not [form for form in forms if form in left or json.dumps(form)[1:-1] in left], verb
