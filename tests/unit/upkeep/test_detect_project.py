import json

import pytest

from workcell.texts import compose, document, fields, project_rules
from workcell.upkeep import detect_project

NPM = {"scripts": {"test": "jest"}}
NPM_NONE = {"scripts": {"test": 'echo "Error: no test specified" && exit 1'}}


@pytest.mark.parametrize(
    ("files", "tests"),
    [
        ({}, []),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, ["python -m pytest -q"]),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n", "uv.lock": ""}, ["uv run pytest -q"]),
        ({"pyproject.toml": "not [toml"}, []),
        ({"tox.ini": "[tox]\n"}, ["tox -q"]),
        ({"package.json": json.dumps(NPM)}, ["npm test"]),
        ({"package.json": json.dumps(NPM), "pnpm-lock.yaml": ""}, ["pnpm test"]),
        ({"package.json": json.dumps(NPM_NONE)}, []),
        ({"package.json": "[]"}, []),
        ({"package.json": '{"scripts": 3}'}, []),
        ({"Cargo.toml": "", "go.mod": ""}, ["cargo test", "go test ./..."]),
        # a target of the person's own is the one that is meant
        ({"Makefile": "all: x\ntest: all\n\tpytest\n", "pytest.ini": ""}, ["make test"]),
        ({"Makefile": "CHECK := 1\ncheck lint: x\n\ttrue\n"}, ["make check"]),
        ({"Makefile": "tests-are-fun := yes\n"}, []),
    ],
)
def test_what_a_repository_says_of_its_tests(tmp_path, files, tests):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = detect_project.look(str(tmp_path))
    assert [command for command, _ in found.tests] == tests
    text = compose.render("supervisor.md.j2", {"found": found})
    (tmp_path / project_rules.FILE).write_text(text)
    read = project_rules.read(str(tmp_path))
    assert read is not None and not read.faults and read.prose == ""
    assert (read.values["tests"] or []) == tests


def test_every_key_that_the_template_shows_is_one(tmp_path):
    """With its comment signs taken away the whole front matter still reads without a fault."""
    text = compose.render("supervisor.md.j2", {"found": detect_project.look(str(tmp_path))})
    lines = []
    for line in text.split("\n---\n")[0].split("\n")[1:]:
        bare = line.removeprefix("# ").removeprefix("#")
        if line.startswith("#") and (bare.startswith("  ") or bare.partition(":")[0] in _names()):
            lines.append(bare)
    found = document.parse_yaml("\n".join(lines), "S")
    fields.check(found.front, project_rules.KEYS, found)
    assert not found.faults
    assert set(found.front) == _names()


def _names():
    return {entry.name for entry in project_rules.KEYS}
