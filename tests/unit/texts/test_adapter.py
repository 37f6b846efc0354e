"""Adapter files: what they may say, and what is said of one that is wrong."""

import glob
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.notices import ROOT, parse
from workcell.rundir import vocabulary
from workcell.texts import adapter, adapter_keys
from workcell.texts.document import Faulty

SHIPPED = sorted(glob.glob(os.path.join(ROOT, "adapters", "*.yaml")))
GOOD = "name: t\nuses: telegram\nevents: all\ntoken: {env: T}\nchat: 42\n"


def faults(text: str) -> list[str]:
    with pytest.raises(Faulty) as found:
        parse(text)
    return [str(fault) for fault in found.value.faults]


def test_one_is_shipped_for_every_kind_and_sends_nothing():
    found = [adapter.load(path) for path in SHIPPED]
    assert sorted(one.uses for one in found) == sorted(adapter_keys.KINDS)
    for one, path in zip(found, SHIPPED, strict=True):
        assert not one.enabled and one.name == adapter.stem(path) == one.uses


def test_what_the_comments_of_shipped_ones_offer_is_valid():
    for path in SHIPPED:
        with open(path) as file:
            lines = [line[2:] if line.startswith("# ") and ":" in line else line for line in file.read().splitlines()]
        # each file's first comment is prose; what is offered begins below `name:`
        begin = next(number for number, line in enumerate(lines) if line.startswith("name:"))
        kept: dict[str, str] = {}
        block = ""
        for line in lines[begin:]:
            block = line.split(":")[0] if not line.startswith((" ", "#")) else block
            kept[block] = kept[block] + "\n" + line if line.startswith(" ") and block in kept else line
        assert parse("\n".join(kept.values()) + "\n").name == adapter.stem(path)


def test_the_keys_of_all_and_of_its_own():
    found = parse(
        GOOD + "topic: 9\nlabels: nightly\nat_most: 3\nper: 1m\nexpire: 2d\n"
        "quiet: {from: 22:00, to: 07:30, zone: Europe/Berlin, except: needs-you}\n"
        "daily: {at: 18:00, events: [passed]}\n"
    )
    assert found.options["topic"] == 9 and found.options["chat"] == "42" and found.options["token"] is None
    assert found.secrets == {"token": adapter_keys.Secret("env", ("T",))}
    assert (found.at_most, found.per_seconds, found.expire_seconds, found.labels) == (3, 60.0, 172800.0, ("nightly",))
    assert found.quiet == adapter_keys.Quiet(1320, 450, "Europe/Berlin", frozenset(vocabulary.NEEDS_YOU))
    assert found.daily == adapter_keys.Daily(1080, None, frozenset({"passed"}))
    assert found.events == frozenset(vocabulary.NOTICE_EVENTS) and found.enabled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("chat:", "chatt:"),
            ["test.yaml:5: unknown key 'chatt' (did you mean 'chat'?)", "'chat' is missing"],
        ),
        (
            GOOD.replace("telegram", "telegramm"),
            ["test.yaml:2: no such kind of destination: 'telegramm'", "did you mean 'telegram'?"],
        ),
        (GOOD.replace("uses: telegram\n", ""), ["'uses' is missing"]),
        (
            GOOD.replace("all", "[pased]"),
            ["test.yaml:3: no such event: 'pased' (did you mean 'passed'? known: all, needs-you, started, passed"],
        ),
        (GOOD.replace("name: t", "name: T!"), ["test.yaml:1: 'T!' cannot be a name"]),
        (GOOD.replace("name: t", "name: none"), ["'none' has a meaning of its own"]),
        (GOOD + "quiet: {from: 25:00, to: 07:00}\n", ["test.yaml:6: 'from' must be a time of day, not '25:00'"]),
        (GOOD + "quiet: {from: 07:00, to: 07:00}\n", ["begins and ends at the same time"]),
        (
            GOOD + "quiet: {from: 22:00, to: 07:00, zone: Mars/Olympus}\n",
            ["no time zone 'Mars/Olympus' on this machine"],
        ),
        (GOOD + "per: 10\n", ["must be a duration, not 10", "write it like 90s"]),
        (GOOD + "api: ftp://x\n", ["must be a URL with http or https"]),
        (
            "name: s\nuses: slack\nevents: all\nurl: https://hooks.slack.com/services/T/B/X\n",
            ["test.yaml:4: 'url' is a secret", "{env: NAME}"],
        ),
        ("name: a\nuses: apprise\nevents: all\nurl: {enw: A}\n", ["names no single place of a secret"]),
        ("name: a\nuses: apprise\nevents: all\nurl: {command: []}\n", ["'command' is empty"]),
        ("name: w\nuses: webhook\nevents: all\nurl: https://me:pw@h/\n", ["holds a user name or password"]),
        (
            "name: w\nuses: webhook\nevents: all\nurl: https://h/\nheaders:\n  X-Api-Key: abc\n",
            ["test.yaml:6: 'X-Api-Key' is a secret"],
        ),
        (
            "name: e\nuses: email\nevents: all\nto: you\nfrom: a@b\nhost: h\n",
            ["test.yaml:4: 'you' is not a mail address"],
        ),
        ("name: e\nuses: email\nevents: all\nto: []\nfrom: a@b\nhost: h\n", ["'to' is empty"]),
        (
            "name: e\nuses: email\nevents: all\nto: a@b\nfrom: a@b\nhost: h\nsecurity: none\n"
            "user: u\npassword: {env: P}\n",
            ["a password would cross the network in the clear"],
        ),
        ("name: o\nuses: openclaw\nevents: all\nmethod: http\n", ["'url' is missing", "'token' is missing"]),
        (
            "name: o\nuses: openclaw\nevents: all\nurl: http://h\ntoken: {env: T}\n",
            ["method: cli needs a URL with ws or wss"],
        ),
        ("name: n\nuses: ntfy\nevents: all\ntopic: t\nuser: me\n", ["'password' is missing"]),
        (GOOD + "expire: 2h\ndaily: {at: 18:00, events: all}\n", ["would expire before it"]),
        ("name: [\n", ["YAML"]),
    ],
)
def test_a_fault_has_its_line_and_its_cure(text, said):
    found = "\n".join(faults(text))
    for words in said:
        assert words in found


def test_all_faults_are_said_at_once():
    assert len(faults("name: T!\nuses: ntfy\nevents: [nope]\ntopc: x\nper: x\n")) == 5


@pytest.mark.parametrize("uses", sorted(adapter_keys.KINDS))
def test_a_literal_secret_is_never_repeated(uses):
    for entry in adapter_keys.KINDS[uses]:
        text = f"name: x\nuses: {uses}\nevents: all\n{entry.name}: hunter2-hunter2\n"
        try:
            parse(text)
        except Faulty as error:
            secret = any("is a secret" in str(fault) for fault in error.faults)
            assert not secret or "hunter2" not in str([str(fault) for fault in error.faults])


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(
            [entry.name for entry in adapter_keys.COMMON] + [e.name for k in adapter_keys.KINDS.values() for e in k]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.sampled_from(["all", "x", "22:00", "https://h/", *adapter_keys.KINDS]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["env", "file", "command", "from", "to", "at", "events"]), inner, max_size=3
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_any_keys_make_an_adapter_or_faults(front):
    import io

    from ruamel.yaml import YAML

    out = io.StringIO()
    YAML(typ="safe").dump(front, out)
    try:
        found = parse(out.getvalue())
    except Faulty as error:
        assert error.faults
    else:
        assert found.uses in adapter_keys.KINDS
