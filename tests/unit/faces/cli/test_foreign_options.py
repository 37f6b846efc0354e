"""Options of other programs are answered with the command that was meant, and none of ours is taken for one."""

import shlex

import pytest

from workcell.faces.cli import app, foreign_options, table


@pytest.fixture
def ask(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("WORKCELL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(line: str) -> tuple[int, str]:
        capfd.readouterr()
        return app.main(shlex.split(line)), capfd.readouterr().err

    return run


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stop -f x", "stop --grace=1s x"),
        ("stop x -t 10", "stop x --grace 10s"),
        ("kill -9 x", "stop --grace=1s x"),
        ("logs x --tail 5", "logs x --lines 5"),
        ("logs --tail=5 x", "logs --lines=5 x"),
        ("logs --tail 5 -f x", "logs --lines 5 -f x"),
        ("tail -n 5 -f x", "logs -f -n 5 x"),
        ("ps -a", "ls -a"),
        ("ps -aq", "ls -aq"),
        ("rm -rf x", "rm --force x"),
        ("rm -r x", "rm x"),
        ("wait x -t 5", "wait x --timeout 5s"),
        ("wait x --timeout 5m -t 2h", "wait x --timeout 5m --timeout 2h"),
        ("attach -t x", "attach x"),
        ("launch -d -p 'do it' --timeout 60", "launch -m 'do it' --wall 60s"),
        ("run -d b.md -- make -j", "launch b.md -- make -j"),
        ("launch env -i true", "launch -- env -i true"),
        ("-v", "--version"),
    ],
)
def test_the_command_that_was_meant_is_the_cure(ask, typed, meant):
    code, complained = ask(typed)
    assert code == 2
    assert complained.splitlines()[-1] == f"hint: workcell {meant}"


@pytest.mark.parametrize("typed", ["logs x --tail 5 --zz", "logs x -z", "ls -wz", "notify ls --zz"])
def test_an_option_that_means_nothing_leads_to_the_help(ask, typed):
    code, complained = ask(typed)
    assert code == 2 and complained.splitlines()[-1].endswith("--help")


def test_a_synonym_with_options_that_mean_nothing_is_the_verb_alone(ask):
    assert ask("kill -TERM x")[1].splitlines()[-1] == "hint: workcell stop"


def test_what_is_here_is_said_beside_the_wrong_option(ask):
    assert "No such option: --tail; it is '--lines' here" in ask("logs x --tail 5")[1]
    assert "No such option: -t; leave it out" in ask("attach -t x")[1]


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("launch -m", "launch -m 'what is true when the run is done'"),
        ("launch --repo . -m", "launch --repo . -m 'what is true when the run is done'"),
        ("launch -m --verify true", "launch -m 'what is true when the run is done'"),
        ("launch -m ''", "launch -m 'what is true when the run is done'"),
        ("launch b.md --wall", "launch b.md --wall TIME"),
    ],
)
def test_an_option_without_its_value_is_explained_itself(ask, typed, cure):
    code, complained = ask(typed)
    assert code == 2 and complained.splitlines()[-1] == f"hint: workcell {cure}"


@pytest.mark.parametrize("verb", [verb for verb in foreign_options.RENAMES if verb])
def test_no_real_option_is_taken_for_one_of_another_program_and_each_cure_is_real(verb):
    assert verb in table.VERBS
    ours = app.options_of(app.load(verb))
    renames = foreign_options.RENAMES[verb]
    assert not set(renames) & set(ours)
    assert {here.partition("=")[0] for here in renames.values() if here} <= set(ours)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("exec -it x", "attach x"),
        ("exec x bash", "attach x"),
        ("follow x", "logs -f x"),
        ("add b.md", "launch b.md"),
        ("images", "recipe ls"),
        ("brief check b.md", "brief lint b.md"),
        ("config set recipe codex", "config edit"),
        ("recipe list", "recipe ls"),
        ("stop --all", "stop $(workcell ls -q)"),
        ("rm --all", "gc --older-than 0s"),
    ],
)
def test_a_word_of_another_program_leads_to_a_whole_command(ask, typed, meant):
    code, complained = ask(typed)
    assert code == 2 and complained.splitlines()[-1] == f"hint: workcell {meant}"


@pytest.mark.parametrize("within", table.WITHIN.values())
def test_each_word_within_a_verb_is_one_that_a_verb_has(within):
    assert any(within in getattr(app.load(verb), "commands", {}) for verb in table.VERBS)


def test_a_word_that_no_verb_within_means_leads_to_the_help(ask):
    assert ask("salvage validate")[1].splitlines()[-1].endswith("--help")


def test_help_of_a_verb_is_its_help_and_version_is_the_version(ask, capfd):
    assert app.main(["launch", "--help"]) == 0
    asked = capfd.readouterr().out
    assert app.main(["help", "launch"]) == 0 and capfd.readouterr().out == asked
    assert app.main(["help", "brief", "lint"]) == 0 and "brief lint" in capfd.readouterr().out
    assert app.main(["version"]) == 0 and capfd.readouterr().out.startswith("workcell ")
