"""What a later attempt runs with: the shell that resumes, the constants of files, and a new brief's own."""

import os
from pathlib import Path

SHOW = 'echo "$FOO|$BAR|$LANG|$NEW" >> "$MARKS/env"; exit 0'


def shown(lab):
    return Path(lab.env()["MARKS"], "env").read_text().splitlines()


def brief(lab, env, name="brief"):
    path = lab.brief(SHOW, verify="false", name=name)
    text = Path(path).read_text().replace("env: [MARKS]", f"env: {{MARKS: null, {env}}}")
    Path(path).write_text(text)
    return path


def test_constants_of_a_brief_outlast_the_shell_and_names_follow_it(lab):
    path = brief(lab, "FOO: from brief, BAR: null, LANG: C.FIXED")
    run = lab.launch(path, "--wait", code=1, env=lab.env(BAR="first"))
    lab.workcell("resume", run, "--no-window", "--wait", code=1, env=lab.env(FOO="shell", BAR="second", LANG="C"))
    lab.workcell("resume", run, "--no-window", "--wait", code=1, env=lab.env())
    assert shown(lab) == ["from brief|first|C.FIXED|", "from brief|second|C.FIXED|", "from brief|second|C.FIXED|"]


def test_a_new_brief_brings_its_own_constants(lab):
    run = lab.launch(brief(lab, "FOO: old, BAR: old"), "--wait", code=1)
    lab.workcell(
        "resume", run, "--brief", brief(lab, "NEW: brandnew, FOO: new", "second"), "--no-window", "--wait", code=1
    )
    assert shown(lab)[0].startswith("old|old|")
    assert shown(lab)[1].split("|")[0] == "new"
    assert shown(lab)[1].split("|")[1] == ""
    assert shown(lab)[1].split("|")[3] == "brandnew"


def test_another_recipe_brings_its_environment_and_its_secrets(lab):
    os.makedirs(os.path.join(lab.home, "recipes"), exist_ok=True)
    os.chmod(lab.home, 0o700)
    Path(lab.home, "recipes", "other.yaml").write_text(
        "extends: shell\nenv: {NEW: recipe key, MARKS: null}\nsecrets: [NEW]\n"
        'command: \'echo "$NEW" >> "$MARKS/env"\'\n'
    )
    run = lab.launch(
        lab.brief("true", verify='test -z "${NEW:-}"; echo "check ${NEW:-}" >> "$MARKS/env"; false'), "--wait", code=1
    )
    lab.workcell("resume", run, "--recipe", "other", "--no-window", "--wait", code=1)
    assert shown(lab)[-2:] == ["recipe key", "check "]


def test_a_task_too_long_for_a_word_is_read_from_its_file(lab):
    path = Path(lab.brief('test -s "$WORKCELL_BRIEF"; printf "%s" "$1" > "$MARKS/word"', verify="true"))
    text = path.read_text()
    text = text.replace("  command: |\n    test", "  command: [bash, -c, 'test").replace(
        '"$MARKS/word"\n', '"$MARKS/word"\', x, "{{ prompt }}"]\n'
    )
    path.write_text(text + "\n" + "x" * 200_000)
    lab.launch(str(path), "--wait")
    word = Path(lab.env()["MARKS"], "word").read_text()
    assert "in the file" in word and len(word) < 1000


def test_a_brief_given_before_the_first_attempt_began(lab):
    run = lab.launch(lab.brief("exit 9"), "--prepare")
    lab.workcell("resume", run, "--brief", lab.brief("true", name="better"), "--no-window", "--wait")
    assert lab.status(run)["outcome"] == "passed"
    lab.workcell("fsck", run)
