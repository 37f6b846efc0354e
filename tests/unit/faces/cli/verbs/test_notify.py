"""workcell notify in this process: one word for each kind of destination, and times of the clock on the wall."""

import json
import os
import re
from pathlib import Path

import pytest

from workcell.base import clock
from workcell.channels.to import registry

VERB = "notify"


def test_each_word_that_add_takes_is_one_of_uses_and_of_a_shipped_adapter(ask):
    for kind in registry.KINDS:
        code, file, _ = ask("add", kind)
        assert code == 0 and f"\nuses: {kind}\n" in Path(file.strip()).read_text()
    shown = {row["name"]: row["uses"] for row in json.loads(ask("ls", "--json")[1])["adapters"]}
    assert shown == {kind: kind for kind in registry.KINDS}


@pytest.mark.parametrize("word", ["mail", "e-mail", "Email"])
def test_another_word_for_email_is_answered_with_a_command_that_works(home, ask, word):
    code, _, said = ask("add", word)
    assert code == 2 and "hint: workcell notify add email" in said
    assert not os.path.exists(os.path.join(home, "adapters"))


def test_a_word_like_no_kind_is_answered_with_all_of_them(ask):
    assert "choose one of telegram, ntfy, slack, email," in ask("add", "pager")[2]


def test_an_adapter_of_the_kind_mail_is_told_the_word(home, ask, tmp_path):
    Path(tmp_path, "m.yaml").write_text("name: m\nuses: mail\nevents: all\n")
    code, said, _ = ask("lint", "m.yaml")
    assert code == 1 and "did you mean 'email'?" in said


def test_times_are_those_of_the_clock_on_the_wall(home, ask):
    ask("add", "desktop")
    code, said, _ = ask("pause", "desktop", "--for", "2h")
    assert code == 0 and re.search(r"until \d\d:\d\d \w+$|until \d{4}-\d\d-\d\d \d\d:\d\d \w+$", said.strip())
    assert re.search(r"paused until [\d :-]+ [A-Z]", ask("ls")[1])
    assert clock.stamp()[:11] not in ask("ls")[1]
