import pytest

from workcell.playbooks import library, playbook
from workcell.playbooks.steps import STEPS
from workcell.texts import search_path
from workcell.texts import signal as signals
from workcell.texts.document import Faulty

PROSE = "\n".join(f"## {section}\n\nWords.\n" for section in playbook.SECTIONS)
GOOD = """---
name: mine
version: 2
when: {verdict: auth, confidence: 0.8}
signals:
  - id: my-words
    source: stderr
    pattern: '^no key, try again at (?P<when>.+)'
    resets: when
    verdict: auth
steps:
  - hold: {scope: account, until: probe}
  - wait_until: {until: reachable, for: 2h}
  - resume: native
  - verify
limits: {per_run: 2, backoff: {first: 1m, factor: 3}}
---
""" + PROSE  # fmt: skip


def faults(text: str) -> list[str]:
    found, faults = playbook.parse(text.encode(), "p.md")
    assert found is None
    return [str(fault) for fault in faults]


def test_all_that_a_playbook_says() -> None:
    book, faults = playbook.parse(GOOD.encode(), "mine.md")
    assert not faults and book is not None
    assert (book.name, book.version, book.when["verdict"]) == ("mine", 2, ["auth"])
    assert [step.word for step in book.steps] == ["hold", "wait_until", "resume", "verify"]
    assert book.steps[1].record() == {"step": "wait_until", "until": "reachable", "for": 7200.0}
    assert book.steps[2].record() == {"step": "resume", "how": "native", "after": None}
    assert book.limits["per_run"] == 2 and book.limits["cooldown"] == 300.0
    assert book.limits["backoff"] == {"first": 60.0, "factor": 3.0, "max": 3600.0, "jitter": 0.2}
    first = book.signals[0]
    assert (first.agents, first.confidence, first.resets) == (("any",), 0.8, "when")
    assert first.holds_for("codex")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("verdict: auth, conf", "verdict: oauth, conf", "p.md:4: 'when.verdict.0' must be one of"),
        (
            "- resume: native",
            "- resume: magic",
            "p.md:14: 'steps.2.resume.how' must be one of native, artifacts",
        ),
        ("- resume: native", "- resume", "'how' is missing"),
        ("- verify", "- verifi", "p.md:15: unknown step 'verifi' (did you mean 'verify'?)"),
        ("- verify", "- verify: now", "p.md:15: 'verify' takes no options"),
        (
            "- hold: {scope: account, until: probe}",
            "- hold: {scop: account}",
            "unknown key 'scop' (did you mean 'scope'?)",
        ),
        ("for: 2h", "for: 7200", "must be a duration, not 7200 (write it like 90s, 20m or 3h)"),
        ("{until: reachable, for: 2h}", "{}", "'wait_until' needs 'until' or 'for'"),
        ("resets: when", "resets: then", "p.md:9: the pattern has no group 'then' (write (?P<name>…))"),
        (
            "pattern: '^no key, try again at (?P<when>.+)'",
            "pattern: '(a+)+$(?P<when>x)'",
            "can take for ever",
        ),
        ("pattern: '^no key, try again at (?P<when>.+)'", "pattern: '(?P<when>'", "not a regular expression"),
        ("source: stderr", "source: screen", "a signal on the screen needs 'region'"),
        ("source: stderr", "source: record", "a signal on records needs 'match'"),
        ("per_run: 2", "per_runs: 2", "unknown key 'per_runs' (did you mean 'per_run'?)"),
        ("per_run: 2", "per_run: 0", "must be a whole number from 1 to 1000, not 0"),
        ("when: {verdict: auth, confidence: 0.8}", "when: {confidence: 0.8}", "would hold always"),
        ("## Diagnose", "## Wonder", "the prose has no section 'Diagnose' (add '## Diagnose')"),
        ("version: 2", "version: two", "p.md:3: 'version' must be a whole number"),
        ("name: mine", "name: My Own", "'My Own' is not a name"),
    ],
)
def test_a_fault_has_its_line_and_its_cure(before: str, after: str, told: str) -> None:
    assert before in GOOD
    found = faults(GOOD.replace(before, after, 1))
    assert any(told in fault for fault in found), found


def test_all_faults_are_told_and_not_only_the_first() -> None:
    text = GOOD.replace("verdict: auth\n", "verdict: no\n").replace("- verify", "- nope").replace("per_run: 2", "x: 1")
    assert len(faults(text)) >= 3


def test_an_id_names_one_signal() -> None:
    twice = GOOD.replace("steps:", "  - id: my-words\n    source: stderr\n    pattern: x\n    verdict: auth\nsteps:")
    assert any("two signals have the id 'my-words'" in fault for fault in faults(twice))


def test_a_file_without_front_matter() -> None:
    assert "no front matter" in faults("# Hello\n")[0]


def test_every_shipped_playbook_is_without_a_fault_and_named_as_its_file() -> None:
    books, faults = library.load()
    assert faults == []
    names = {item.name for item in search_path.items("recovery")}
    assert {book.name for book in books} == names
    assert {"auth-failure", "rate-limit", "usage-limit", "partial-completion", "vanished-session"} <= names
    assert len({signal.id for signal in library.signals(books)}) == sum(len(book.signals) for book in books)


def test_every_shipped_pattern_is_anchored_or_reads_what_the_program_alone_writes() -> None:
    books, _ = library.load()
    for signal in library.signals(books):
        if signal.pattern and signal.region != "dialog":
            start = signal.pattern.pattern.removeprefix("(?i)").lstrip("(")
            assert start.startswith("^"), f"{signal.id} would fire in the middle of a sentence"


def test_a_users_file_goes_before_a_shipped_one_and_a_projects_before_none(tmp_path: object) -> None:
    repo, home = f"{tmp_path}/repo", f"{tmp_path}/home"
    import os

    for folder, version in ((f"{repo}/.workcell/recovery", 7), (f"{home}/recovery", 6)):
        os.makedirs(folder)
        with open(f"{folder}/auth-failure.md", "w") as file:
            file.write(GOOD.replace("version: 2", f"version: {version}").replace("name: mine", "name: auth-failure"))
    ignored: list[str] = []
    books, _ = library.load(repo, home, ignored.append)
    assert [book.version for book in books if book.name == "auth-failure"] == [6]
    assert len(ignored) == 1 and f"{repo}/.workcell/recovery/auth-failure.md is not used" in ignored[0]
    assert search_path.find("recovery", "auth-failure", repo, home).origin == "user"
    assert search_path.find("recovery", "auth-failure", repo).origin == "shipped"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("- verify", "- answer: {choice: '1'}", "p.md:15: 'answer' speaks for a person"),
        ("- verify", "- release: account", "p.md:15: 'release' speaks for a person"),
        ("per_run: 2", "per_run: 500", "p.md:16: 'per_run' of 500 is wider than the usual 3"),
        ("per_run: 2", "cooldown: 1s", "p.md:16: 'cooldown' of 1 is wider than the usual 300"),
    ],
)
def test_what_speaks_for_a_person_is_refused_in_a_repositorys_playbook(before: str, after: str, told: str) -> None:
    text = GOOD.replace(before, after, 1)
    assert playbook.parse(text.encode(), "p.md")[0] is not None
    found, faults = playbook.parse(text.encode(), "p.md", foreign=True)
    assert found is None and [str(fault).partition(told)[1] for fault in faults] == [told]


def test_a_faulty_playbook_of_the_user_is_told_and_does_not_bring_the_shipped_one_back(
    tmp_path: object,
) -> None:
    import os

    os.makedirs(f"{tmp_path}/recovery")
    with open(f"{tmp_path}/recovery/network.md", "w") as file:
        file.write("---\nname: network\n---\n")
    books, faults = library.load(None, str(tmp_path))
    assert "network" not in [book.name for book in books]
    assert any("network.md" in str(fault) for fault in faults)


def test_read_tells_all_faults_at_once(tmp_path: object) -> None:
    path = f"{tmp_path}/bad.md"
    with open(path, "w") as file:
        file.write("---\nname: bad\nversion: 0\nstepps: []\n---\n")
    with pytest.raises(Faulty) as told:
        playbook.read(path)
    assert len(told.value.faults) >= 4


def test_the_page_on_playbooks_names_every_step_option_and_field() -> None:
    import pathlib

    page = (pathlib.Path(__file__).parents[3] / "docs" / "playbooks.md").read_text()
    for word, step in STEPS.items():
        row = next(line for line in page.split("\n") if line.startswith(f"| `{word}` |"))
        assert all(f"`{option.name}`" in row for option in step.options)
    front = page.split("---")[1] + page.split("---")[2]
    for entry in (*playbook.KEYS, *playbook.WHEN, *playbook.LIMITS, *playbook.BACKOFF):
        assert f"{entry.name}:" in front
    for entry in signals.KEYS:
        assert f"`{entry.name}`" in page
