import os
import subprocess
from pathlib import Path


def test_a_home_and_rules_for_the_repository(lab):
    Path(lab.repo, "Makefile").write_text("test:\n\ttrue\n")
    inner = Path(lab.repo, "deep/er")
    inner.mkdir(parents=True)
    ran = lab.workcell("init", cwd=str(inner))
    rules = Path(lab.repo, "SUPERVISOR.md")
    assert f"{os.path.realpath(rules)}: written" in ran.stdout and "make test" in ran.stderr
    assert os.stat(lab.home).st_mode & 0o777 == 0o700
    rules.write_text("mine\n")
    assert "left as it is" in lab.workcell("init", "--repo", lab.repo).stdout
    assert rules.read_text() == "mine\n"


def test_a_proposed_check_is_the_verify_of_a_brief_without_one(lab):
    Path(lab.repo, "Makefile").write_text("test:\n\ttest -f made\n")
    lab.workcell("init", "--repo", lab.repo)
    run = lab.launch(lab.brief("touch made", verify=None), "--wait")
    assert lab.status(run)["state"] == "passed"
    assert "make test" in Path(run, "verify.sh").read_text()


def test_outside_of_a_repository_only_the_home(lab):
    ran = lab.workcell("init", cwd=lab.top)
    assert "made" in ran.stdout and "not in a git repository" in ran.stderr
    assert "hint: git init" in lab.workcell("init", "--repo", lab.top, code=66).stderr
    subprocess.run(["git", "init", "-q", "--bare", f"{lab.top}/bare"], check=True)
    lab.workcell("init", "--repo", f"{lab.top}/bare", code=77)
