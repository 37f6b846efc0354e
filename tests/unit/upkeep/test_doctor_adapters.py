"""Plain doctor says which adapters that are on lack a secret."""

from pathlib import Path

from workcell.upkeep import doctor, doctor_adapters
from workcell.upkeep.doctor_line import FAIL, OK, WARN

HOOK = (
    "name: {name}\nuses: webhook\nenabled: {on}\nevents: all\nurl: http://127.0.0.1:9/\nheaders: {{X-Auth: {secret}}}\n"
)


def adapter(home, name, secret, on="true"):
    folder = Path(home, "adapters")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    (folder / f"{name}.yaml").write_text(HOOK.format(name=name, on=on, secret=secret))


def lines(home):
    return {line.name: line for line in doctor.doctor(str(home)) if line.name.startswith("adapter ")}


def test_an_adapter_without_its_secret_is_a_line_and_one_that_is_off_is_none(tmp_path, monkeypatch):
    home = tmp_path / "h"
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NOT_HERE", raising=False)
    adapter(home, "hook", "{env: NOT_HERE}")
    adapter(home, "off", "{env: NOT_HERE}", on="false")
    found = lines(home)
    assert found["adapter hook"].level == FAIL and "NOT_HERE" in found["adapter hook"].words
    assert "mode 0600" in found["adapter hook"].cure and "adapter off" not in found
    monkeypatch.setenv("NOT_HERE", "x")
    assert lines(home)["adapter hook"].level == OK


def test_a_program_that_prints_a_secret_is_looked_for_and_not_run(tmp_path):
    home, made, env = tmp_path / "h", tmp_path / "made", {"PATH": "/usr/bin:/bin"}
    adapter(home, "hook", f"{{command: [touch, {made}]}}")
    assert [line.level for line in doctor_adapters.check(str(home), env)] == [OK] and not made.exists()
    adapter(home, "hook", "{command: [no-such-program-here]}")
    [line] = doctor_adapters.check(str(home), env)
    assert line.level == FAIL and "there is no program 'no-such-program-here'" in line.words


def test_an_adapter_that_asks_for_progress_and_gets_none_is_warned_of(tmp_path):
    home, folder = tmp_path / "h", tmp_path / "h" / "adapters"
    folder.mkdir(parents=True)
    for name, events, on in (("named", "[progress]", "true"), ("every", "all", "true"), ("off", "[progress]", "false")):
        (folder / f"{name}.yaml").write_text(f"name: {name}\nuses: desktop\nenabled: {on}\nevents: {events}\n")
    [line] = doctor_adapters.without_progress(str(home))
    assert (line.name, line.level) == ("adapter named", WARN) and "progress_every: 30m" in line.cure
    for text in ("progress_every: 20m\n", "recipes: {claude: {progress_every: 1h}}\n", "progress_every: soon\n"):
        (home / "config.yaml").write_text(text)
        assert doctor_adapters.without_progress(str(home)) == []
