"""A repository of a stranger: each way in which it could run or steer something, and what stands before it."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support import repos
from tests.support.lab import eventually
from tests.support.watching import Watch
from workcell.rundir import layout, look

PLAYBOOK = """---
name: {name}
version: 1
when: {{verdict: [ok, unknown, partial], confidence: 0.0}}
steps:
  - {step}
---
## Recognise
x
## Diagnose
x
## What is done
x
## If that does not help
x
"""


@pytest.fixture
def pwn(lab):
    """A program of the repository that writes down that it was started."""
    path = repos.write(Path(lab.repo), "pwn", f'#!/bin/sh\necho "$0 $*" >> {lab.marks}/PWNED\nexec cat\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def claude(lab):
    """PATH with a `claude` that writes down its arguments and ends."""
    folder = Path(lab.top, "bin")
    repos.write(folder, "claude", f'#!/bin/sh\nprintf "%s\\n" "$@" > {lab.marks}/argv\n').chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def plain(lab, name: str = "plain") -> str:
    """A brief that asks for nothing of the repository, run by the shipped runbook."""
    path = Path(lab.top, f"{name}.md")
    path.write_text(
        f"---\nobjective: {name}\nname: {name}\n---\n## Steps\n```bash\necho mine >> {lab.marks}/mine\n```\n"
    )
    return str(path)


def refused(lab, brief: str, *words: str, **more):
    ran = lab.workcell("launch", brief, "--repo", lab.repo, "--no-window", *words, code=77, **more)
    assert not lab.runs(), "a refused launch leaves nothing behind"
    assert "workcell trust" in ran.stderr and "--ignore-repo" in ran.stderr
    return ran


def test_a_recipe_takes_no_name_that_is_shipped(lab):
    repos.write(Path(lab.repo), ".workcell/recipes/runbook.yaml", f"command: touch {lab.marks}/PWNED\n")
    shown = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--dry-run")
    assert "shipped: " in shown.stdout and "runbook.yaml is not used: 'runbook'" in shown.stderr
    ran = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--no-window", "--wait", code=1)
    assert lab.mark("mine") == "mine\n" and not lab.mark("PWNED")
    assert ".workcell/recipes/runbook.yaml is not used" in ran.stderr


def test_variables_that_are_taken_from_the_shell_are_named_before_they_are_trusted(lab):
    """Their values may be keys of the person: the name is what a person has to see."""
    repos.write(Path(lab.repo), "SUPERVISOR.md", "---\nenv: [PERSONS_KEY]\n---\n")
    env = lab.env(PERSONS_KEY="k-1234567")
    for told in (
        refused(lab, plain(lab), env=env).stderr,
        lab.workcell("trust", lab.repo, code=77, env=env).stderr,
        lab.workcell("trust", "show", lab.repo, env=env).stdout,
    ):
        assert "PERSONS_KEY from your shell" in told and "k-1234567" not in told
    lab.workcell("trust", lab.repo, "--yes")
    repos.write(Path(lab.repo), "SUPERVISOR.md", "---\nenv: [PERSONS_KEY, OTHER]\n---\n")
    assert "OTHER from your shell" in refused(lab, plain(lab), env=env).stderr


def test_a_recipe_of_its_own_name_counts_once_it_is_trusted_and_until_it_changes(lab):
    file = repos.write(Path(lab.repo), ".workcell/recipes/ours.yaml", "command: echo one >> $MARKS/ran\nenv: [MARKS]\n")
    brief = repos.write(Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: ours\n---\n")
    ran = refused(lab, str(brief))
    assert "new: .workcell/recipes/ours.yaml (sha256 " in ran.stderr
    assert json.loads(lab.workcell("launch", str(brief), "--repo", lab.repo, "--dry-run", "--json").stdout)["untrusted"]
    shown = lab.workcell("launch", str(brief), "--repo", lab.repo, "--dry-run").stdout
    assert f"{file}:1" in shown and "echo one" in shown, "the command and the file that says it"
    ran = lab.workcell("launch", str(brief), "--repo", lab.repo, "--ignore-repo", code=66)
    assert "'ours' is the repository's own" in ran.stderr and "workcell trust" in ran.stderr
    told = lab.workcell("trust", lab.repo, code=77).stderr
    assert "command: echo one" in told, "what is to be accepted is shown"
    lab.workcell("trust", lab.repo, "--yes")
    run = lab.launch(str(brief), "--wait", code=None)
    assert lab.mark("ran") == "one\n" and look.at(run).phase == "done"
    file.write_text(file.read_text().replace("one", "two"))
    assert "changed: .workcell/recipes/ours.yaml" in lab.workcell(
        "launch", str(brief), "--repo", lab.repo, "--no-window", code=77
    ).stderr  # fmt: skip
    lab.workcell("trust", lab.repo, "--yes")
    lab.launch(str(brief), "--wait", code=None)
    file.write_text(file.read_text().replace("two", "one"))
    lab.launch(str(brief), "--wait", code=None)
    assert lab.mark("ran") == "one\ntwo\none\n", "several contents stand"
    lab.workcell("trust", "rm", lab.repo)
    lab.workcell("launch", str(brief), "--repo", lab.repo, "--no-window", code=77)


@pytest.mark.parametrize(
    "rules",
    [
        "setup: touch $MARKS/PWNED",
        "tests: touch $MARKS/PWNED",
        "env: {LD_PRELOAD: /tmp/x.so}",
        "env: {PATH: '.:/usr/bin:/bin'}",
        "recipe: runbook",
        "carry: [.env]",
    ],
)
def test_keys_of_supervisor_md(lab, rules):
    Path(lab.repo, "SUPERVISOR.md").write_text(f"---\n{rules}\nforbid: [kept/]\n---\nBe kind.\n")
    ran = refused(lab, plain(lab))
    assert f"new: SUPERVISOR.md {rules.partition(':')[0]}: " in ran.stderr
    run = lab.launch(plain(lab), "--ignore-repo", "--wait", code=None)
    env = json.loads(Path(run, layout.ENV).read_text())["env"]
    assert not lab.mark("PWNED") and "LD_PRELOAD" not in env and env["PATH"][0] != "." and lab.mark("mine") == "mine\n"
    attempt = json.loads(Path(run, "attempts/001/attempt.json").read_text())
    assert attempt["forbid"] == ["kept/"] and attempt["prose"] == "Be kind." and attempt["setup"] == []
    lab.workcell("trust", lab.repo, "--yes")
    assert lab.workcell("launch", plain(lab), "--repo", lab.repo, "--dry-run").stderr.count("not trusted") == 0


def test_wider_limits_count_once_they_are_trusted_and_smaller_ones_at_once(lab):
    rules = Path(lab.repo, "SUPERVISOR.md")
    rules.write_text("---\nlimits: {wall: 1h, attempts: 900}\ndirty: allow\n---\n")
    Path(lab.home).mkdir(mode=0o700)
    Path(lab.home, "config.yaml").write_text("dirty: snapshot\n")

    def limits() -> "dict[str, object]":
        found = json.loads(lab.workcell("launch", plain(lab), "--repo", lab.repo, "--dry-run", "--json").stdout)
        return {key: found["values"][key] for key in ("limits.wall", "limits.attempts", "dirty")}

    assert limits() == {"limits.wall": 3600.0, "limits.attempts": 5, "dirty": "snapshot"}
    lab.workcell("trust", lab.repo, "--yes")
    assert limits() == {"limits.wall": 3600.0, "limits.attempts": 900, "dirty": "allow"}


def test_a_playbook_that_speaks_for_a_person(lab):
    file = repos.write(
        Path(lab.repo), ".workcell/recovery/mine.md", PLAYBOOK.format(name="mine", step="answer: {choice: '1'}")
    )
    refused(lab, plain(lab))
    lab.workcell("trust", lab.repo, "--yes")
    ran = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--no-window", code=78)
    assert f"{file}:6: 'answer' speaks for a person" in ran.stderr and not lab.runs()


def test_a_playbook_that_an_agent_writes_into_its_tree_steers_nothing(lab):
    Watch(lab)
    text = PLAYBOOK.format(name="mine", step="resume: artifacts")
    Path(lab.top, "text").write_text(text)
    command = f"mkdir -p .workcell/recovery; cp {lab.top}/text .workcell/recovery/mine.md; exit 1"
    run = lab.launch(lab.brief(command, "false"))
    seen = lab.phase(run, "scheduled", "done", seconds=60)
    assert (seen.next or seen.result or {})["playbook"] != "mine"


def test_a_trusted_playbook_is_pinned_and_one_that_was_changed_stops_what_is_automatic(lab):
    Watch(lab)
    file = repos.write(
        Path(lab.repo), ".workcell/recovery/mine.md", PLAYBOOK.format(name="mine", step="escalate: come and see")
    )
    text = file.read_text().replace(
        "when: {", "signals:\n  - {id: mine-says, source: stdout, pattern: come back later, verdict: unknown}\nwhen: {"
    )
    file.write_text(text.replace("confidence: 0.0", "evidence: mine-says"))
    lab.workcell("trust", lab.repo, "--yes")
    command = "rm -r .workcell; echo come back later; exit 1"
    run = lab.launch(lab.brief(command, "false"), "--wait", code=1)
    assert (look.at(run).result or {})["playbook"] == "mine", "pinned, although the tree has it no more"
    policy = Path(run, "attempts/001/policy.json")
    pinned = json.loads(policy.read_text())["playbooks"][0]
    assert pinned["name"] == "mine" and pinned["file"] == str(file)

    policy.write_text(policy.read_text().replace("come and see", "never mind!"))
    told = lab.workcell("resume", run, "--no-window", code=None).stderr
    assert "policy.json is not what was pinned" in told and "--policy now" in told
    assert lab.status(run)["attempt"] == 1
    assert "policy.json" in lab.workcell("fsck", run, code=1).stdout
    lab.workcell("resume", run, "--no-window", "--policy", "now")
    lab.phase(run, "done", "scheduled", seconds=60)
    anew = json.loads(Path(run, "attempts/002/policy.json").read_text())
    assert anew["playbooks"] == [], "made anew from the tree, which has no playbook any more"


def test_a_live_run_whose_policy_was_changed_is_shown_and_left_alone(lab):
    watch = Watch(lab)
    run = lab.launch(lab.brief("tail -f /dev/null"))
    policy = Path(run, "attempts/001/policy.json")
    whole = policy.read_bytes()
    policy.write_bytes(whole.replace(b"null", b"true", 1))
    found = lab.status(run)
    assert "policy.json is not what was pinned" in found["reason"]
    needed = (found["needs"]["kind"], found["needs"]["command"])
    assert needed == ("look", f"workcell fsck {look.at(run).id}")
    assert "nothing automatic is done" in lab.workcell("recover", run, "--dry-run").stdout
    watch.tick()
    policy.write_bytes(whole)
    assert lab.status(run)["needs"] is None
    lab.workcell("stop", run)


def test_adapters_and_templates_of_a_repository_are_not_read(lab):
    repos.write(Path(lab.repo), ".workcell/adapters/evil.yaml", "name: evil\nuses: command\nargv: [/bin/false]\n")
    repos.write(Path(lab.repo), ".workcell/templates/mine.md.j2", "PWNED\n")
    assert "evil" not in lab.workcell("notify", "ls", cwd=lab.repo).stdout
    run = lab.launch(lab.brief("true"), "--wait")
    assert "PWNED" not in json.loads(Path(run, "attempts/001/attempt.json").read_text())["prompt"]
    shown = lab.workcell("trust", "show", lab.repo).stdout
    assert ".workcell/adapters/evil.yaml" in shown and ".workcell/templates/mine.md.j2" in shown


@pytest.mark.parametrize(
    "name", [".claude/settings.json", ".claude/settings.local.json", ".mcp.json", ".claude/hooks/a"]
)
@pytest.mark.heavy
def test_what_the_agents_program_obeys(lab, claude, name):
    file = repos.write(Path(lab.repo), name, "{}\n")
    repos.write(Path(lab.repo), "CLAUDE.md", "words\n")
    brief = repos.write(Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: claude\n---\n")
    env = lab.env(PATH=claude, IS_SANDBOX="1")
    ran = refused(lab, str(brief), env=env)
    assert f"new: {name} (sha256 " in ran.stderr and "CLAUDE.md" not in ran.stderr
    lab.launch(str(brief), "--ignore-repo", "--wait", env=env, code=None)
    argv = lab.mark("argv").splitlines()
    at = argv.index("--setting-sources")
    assert argv[at : at + 3] == ["--setting-sources", "user", "--strict-mcp-config"]
    lab.workcell("trust", lab.repo, "--yes")
    run = lab.launch(str(brief), "--wait", env=env, code=None)
    assert "--setting-sources" not in lab.mark("argv")

    file.write_text('{"hooks": {}}\n')  # as an agent would, by its own hand
    ran = lab.workcell("resume", run, "--no-window", env=env, code=77)
    assert f"changed: {name}" in ran.stderr and len(os.listdir(Path(run, "attempts"))) == 1
    lab.workcell("resume", run, "--no-window", "--ignore-repo", env=env)
    eventually(lambda: look.at(run).phase == "done")
    assert "--setting-sources" in lab.mark("argv")
    assert json.loads(Path(run, "attempts/002/policy.json").read_text())["repo"]["ignored"] is True
    lab.workcell("resume", run, "--no-window", env=env)
    eventually(lambda: look.at(run).n == 3 and look.at(run).phase == "done")
    assert "--setting-sources" in lab.mark("argv"), "later attempts leave the repository out, too"


def test_the_watchdog_leaves_out_what_changed_in_the_tree_since_launch(lab, claude):
    watch = Watch(lab)
    settings = repos.write(Path(lab.repo), ".claude/settings.json", "{}\n")
    lab.workcell("trust", lab.repo, "--yes")
    brief = repos.write(
        Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: claude\nverify: grep -q 2 count\n---\n"
    )
    stub = Path(claude.partition(":")[0], "claude")
    stub.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {lab.marks}/argv\necho x >> count\nwc -l < count > n; cat n >> count\n'
        "echo '{\"hooks\": {}}' > .claude/settings.json\nexit 1\n"
    )
    playbook = Path(lab.home, "recovery")
    playbook.mkdir(parents=True)
    (playbook / "again.md").write_text(
        PLAYBOOK.format(name="again", step="resume: artifacts").replace(
            "[ok, unknown, partial]", "[ok, unknown, vanished, partial]"
        )
    )
    run = lab.launch(str(brief), env=lab.env(PATH=claude, IS_SANDBOX="1"))
    eventually(lambda: look.at(run).phase in ("scheduled", "done"))
    assert look.at(run).phase == "scheduled" and "--setting-sources" not in lab.mark("argv")
    assert settings.read_text() != "{}\n"
    watch.tick()
    eventually(lambda: look.at(run).n == 2)
    eventually(lambda: "--setting-sources" in lab.mark("argv"))
    assert json.loads(Path(run, "attempts/002/attempt.json").read_text())["ignore_repo"] is True


def test_a_recipe_whose_program_cannot_be_told_is_refused(lab):
    Path(lab.home, "recipes").mkdir(parents=True, mode=0o700)
    Path(lab.home).chmod(0o700)
    Path(lab.home, "recipes/other.yaml").write_text("command: 'true'\nrepo_runs: [.other]\n")
    brief = repos.write(Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: other\n---\n")
    ran = lab.workcell("launch", str(brief), "--repo", lab.repo, "--ignore-repo", code=77)
    assert "has no 'ignore_repo'" in ran.stderr


def test_git_filters_hooks_and_monitors(lab, pwn):
    top = Path(lab.repo)
    env = lab.env()
    git = lambda *words: subprocess.run(["git", *words], cwd=top, env=env, check=True)  # noqa: E731
    (top / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (top / "file.txt").write_text("two\n")
    git("add", "-A")
    git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "x")
    for key in (
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.fsmonitor",
        "diff.evil.textconv",
    ):
        git("config", key, str(pwn))
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        repos.write(top, f".git/hooks/{hook}", f"#!/bin/sh\nexec {pwn}\n").chmod(0o755)
    (top / "file.txt").write_text("three\n")
    brief = lab.brief("echo x > out.txt")
    for words in (
        ("launch", brief, "--dry-run"),
        ("brief", "lint", brief),
        ("recipe", "ls"),
        ("doctor",),
        ("trust", "show"),
    ):
        lab.workcell(*words, cwd=lab.repo, code=None)
    run = lab.launch(brief, "--worktree", "--wait")
    lab.launch(lab.brief("echo x > out.txt", name="second"), "--dirty", "snapshot", "--wait")
    for words in (("status", run), ("why", run), ("handoff", run), ("salvage", "ls"), ("gc",)):
        lab.workcell(*words, cwd=lab.repo, code=None)
    assert not lab.mark("PWNED"), lab.mark("PWNED")


def test_a_submodule_counts_nothing(lab):
    top = Path(lab.repo)
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "protocol.file.allow=always"]
    other = Path(lab.new_repo())
    repos.write(other, ".workcell/recipes/evil.yaml", "command: 'true'\n")
    repos.write(other, "SUPERVISOR.md", "---\nsetup: 'false'\n---\n")
    for words in (("add", "-A"), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *words], cwd=other, env=lab.env(), check=True)
    subprocess.run(["git", *who, "submodule", "--quiet", "add", str(other), "sub"], cwd=top, env=lab.env(), check=True)
    subprocess.run(["git", *who, "commit", "-qm", "x"], cwd=top, env=lab.env(), check=True)
    assert "brings nothing" in lab.workcell("trust", "show", lab.repo).stdout
    assert "evil" not in lab.workcell("recipe", "ls", cwd=lab.repo).stdout
    lab.launch(lab.brief("true"), "--wait")


def test_links_that_lead_out(lab):
    outside = Path(lab.top, "outside/recipes")
    repos.write(outside, "evil.yaml", "command: 'true'\n")
    link = Path(lab.repo, ".workcell")
    link.symlink_to(outside.parent)
    ran = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--no-window", code=77)
    assert f"{link} is a symbolic link" in ran.stderr and not lab.runs()
    assert "evil" not in lab.workcell("recipe", "ls", cwd=lab.repo).stdout
    lab.workcell("trust", lab.repo, "--yes", code=77)
    lab.launch(plain(lab), "--ignore-repo", "--wait", code=None)
    link.unlink()
    (link / "recovery").mkdir(parents=True)
    (link / "recovery/evil.md").symlink_to(outside / "evil.yaml")
    ran = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--no-window", code=77)
    assert "leads out of the repository" in ran.stderr


def test_names_that_steer_a_terminal(lab, claude):
    evil = "a\x1b]0;title\x07\nworkcell: trusted\u202e"
    repos.write(Path(lab.repo), f".claude/hooks/{evil}", "x\n")
    repos.write(Path(lab.repo), f".workcell/recovery/{evil}.md", "x\n")
    Path(lab.repo, "SUPERVISOR.md").write_text('---\nsetup: "true #\\e[31m\\nworkcell: trusted"\n---\n')
    brief = repos.write(Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: claude\n---\n")
    env = lab.env(PATH=claude, IS_SANDBOX="1")
    for words, code in (
        (("launch", str(brief), "--repo", lab.repo, "--no-window"), 77),
        (("launch", str(brief), "--repo", lab.repo, "--dry-run"), 0),
        (("trust", "show", lab.repo), 0),
        (("trust", lab.repo, "--yes"), 0),
        (("trust", "ls"), 0),
        (("playbook", "ls"), 0),
        (("doctor",), None),
    ):
        ran = lab.workcell(*words, env=env, code=code, cwd=lab.repo)
        said = ran.stdout + ran.stderr
        assert "\x1b" not in said and "\u202e" not in said, words
        assert not [line for line in said.splitlines() if line.startswith("workcell: trusted")], words


def test_doctor_runs_nothing_of_the_tree(lab, pwn):
    repos.write(
        Path(lab.repo), ".workcell/recipes/evil.yaml", "command: [./pwn]\nneeds: [./pwn, pwn]\nreader: claude\n"
    )
    for name in ("git", "tmux", "claude", "codex", "bash", "timedatectl"):
        repos.write(Path(lab.repo), f"bin/{name}", pwn.read_text()).chmod(0o755)
        repos.write(Path(lab.repo), name, pwn.read_text()).chmod(0o755)
    path = f".:bin:{lab.repo}/bin::{os.environ['PATH']}"
    for verb in (
        ("doctor",),
        ("recipe", "ls"),
        ("recipe", "show", "evil"),
        ("ls",),
        ("trust", "show"),
        ("playbook", "ls"),
    ):
        lab.workcell(*verb, cwd=lab.repo, env=lab.env(PATH=path), code=None)
    assert not lab.mark("PWNED"), lab.mark("PWNED")


def test_completion_in_the_tree(lab, pwn):
    repos.write(Path(lab.repo), ".workcell/recipes/fine.yaml", "command: [./pwn]\n")
    repos.write(Path(lab.repo), ".workcell/recipes/$(.%2fpwn)\n;x.yaml".replace("%2f", "_"), "command: [./pwn]\n")
    repos.write(Path(lab.repo), "workcell", pwn.read_text()).chmod(0o755)
    said = lab.workcell("_complete", "recipes", "", cwd=lab.repo).stdout.splitlines()
    assert "fine" in said and "shell" in said and not [word for word in said if "$" in word or ";" in word]
    assert not lab.mark("PWNED")


def test_a_torn_record_of_trust_counts_as_none(lab):
    repos.write(Path(lab.repo), "SUPERVISOR.md", "---\nsetup: 'true'\n---\n")
    lab.workcell("trust", lab.repo, "--yes")
    lab.workcell("launch", plain(lab), "--repo", lab.repo, "--dry-run")
    (record,) = [one for one in Path(lab.home, "trust").iterdir() if one.suffix == ".json"]
    record.write_bytes(record.read_bytes()[:40])
    ran = lab.workcell("launch", plain(lab), "--repo", lab.repo, "--no-window", code=77)
    assert f"{record} is torn" in ran.stderr
    assert "is torn" in lab.workcell("trust", "ls").stderr
    lab.workcell("trust", lab.repo, "--yes")
    lab.launch(plain(lab), "--wait", code=None)


def test_a_worktree_with_other_files_than_were_compared_is_refused(lab, claude):
    top = Path(lab.repo)
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    repos.write(top, ".mcp.json", "{}\n")
    for words in (
        ("checkout", "-qb", "other"),
        ("add", "-A"),
        (*who, "commit", "-qm", "x"),
        ("checkout", "-q", "main"),
    ):
        subprocess.run(["git", *words], cwd=top, env=lab.env(), check=True)
    assert not (top / ".mcp.json").exists()
    brief = repos.write(Path(lab.top), "b.md", "---\nobjective: o\nname: o\nrecipe: claude\n---\n")
    env = lab.env(PATH=claude, IS_SANDBOX="1")
    words = ("launch", str(brief), "--repo", lab.repo, "--worktree=other", "--no-window")
    ran = lab.workcell(*words, env=env, code=77)
    assert "new: .mcp.json" in ran.stderr and not lab.runs() and not lab.mark("argv")


@pytest.mark.parametrize(("answer", "code"), [(b"n\r", 77), (b"yes\r", 0)])
def test_on_a_terminal_it_asks(lab, answer, code):
    Path(lab.repo, "SUPERVISOR.md").write_text("---\nsetup: touch $MARKS/set\nenv: [MARKS]\n---\n")
    words = ("launch", plain(lab), "--repo", lab.repo, "--no-window", "--prepare")
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(lab.top)
        os.execve(lab.words()[0], lab.words(*words), lab.env())
    said = b""
    try:
        while True:
            data = os.read(fd, 4096)
            said += data
            if said.endswith(b"[y/N] ") and answer:
                os.write(fd, answer)
                answer = b""
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code, said
    assert b"touch $MARKS/set" in said and len(lab.runs()) == (code == 0)
