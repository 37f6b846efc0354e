"""Several runs of one name: a verb takes one, and says which."""

import json
import os


def test_a_verb_says_which_run_of_that_name_it_took_and_how_to_name_another(lab):
    first = os.path.basename(lab.launch(lab.brief("echo hello", name="same"), "--wait"))
    assert lab.workcell("status", "same").stderr == ""
    second = os.path.basename(lab.launch(lab.brief("echo hello", name="same"), "--wait"))
    said = f"2 runs are named 'same'; this is {second}. Another one is named by its id: {first}\n"
    for words in (["status", "same"], ["why", "same"], ["logs", "same"], ["events", "same"]):
        ran = lab.workcell(*words)
        assert ran.stderr == said, words
    ran = lab.workcell("status", "same", "--json")
    assert json.loads(ran.stdout)["id"] == second and ran.stderr == said
    for word in (first, second, "-", os.path.join(lab.home, "runs", first)):
        assert lab.workcell("status", word).stderr == "", word
    assert said in lab.workcell("ack", "same").stderr


def test_what_changes_a_run_does_not_guess_among_several_of_one_name(lab):
    runs = [os.path.basename(lab.launch(lab.brief("sleep 600", name="same"), "--worktree")) for _ in range(2)]
    for words in (["stop", "same"], ["send", "same", "hello"], ["hold", "same"], ["rm", "same"]):
        ran = lab.workcell(*words, code=2)
        assert all(run in ran.stderr for run in runs), (words, ran.stderr)
        assert "are named 'same'" in ran.stderr and "this is" not in ran.stderr
    lab.workcell("stop", runs[1])
    ran = lab.workcell("stop", "same")
    assert runs[0] in ran.stdout, "one of them is live, and that one is meant"
    assert f"this is {runs[0]}." in ran.stderr, "also now that it has ended, and the other one is the newest"
    ran = lab.workcell("rm", "same", code=2)
    assert "2 runs are named 'same'" in ran.stderr
