"""A new brief that names no recipe goes to the agent that the run has."""

from pathlib import Path

from workcell.rundir import look, phase


def test_a_command_of_the_launch_stays(lab):
    lab.workcell(
        "launch",
        "--verify",
        "test -e right",
        "--name",
        "made",
        "--repo",
        lab.repo,
        "--no-window",
        "--",
        "touch",
        "wrong",
    )
    run = lab.runs()[0]
    assert lab.phase(run, phase.DONE).result["outcome"] == "failed"
    Path(lab.top, "corrected.md").write_text("---\nobjective: x\nverify: test -e wrong\n---\n")
    lab.workcell("resume", "made", "--brief", f"{lab.top}/corrected.md", "--no-window", "--wait")
    assert look.at(run).result["outcome"] == "passed"


def test_a_recipe_that_was_named_stays(lab):
    folder = Path(lab.home, "recipes")
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("extends: shell\ncommand: touch mine\n")
    run = lab.launch(lab.brief("true"), "--recipe", "mine", "--wait", code=0)
    Path(lab.top, "more.md").write_text("---\nobjective: x\nverify: test -e mine\n---\n")
    lab.workcell("resume", run, "--brief", f"{lab.top}/more.md", "--no-window", "--wait")
    seen = look.at(run)
    assert (seen.result["outcome"], seen.recipe_name) == ("passed", "mine")
