"""Whether Claude Code can work before it is started."""

import json
import os
from pathlib import Path

import pytest

from workcell.agents.claude import sign_in
from workcell.agents.protocol import Start


def findings(home: Path, *command: str, terminal: bool = False, **env: str) -> list[tuple[str, str]]:
    start = Start("claude", ("claude", *command), {"HOME": str(home), **env}, terminal)
    return [(one.level, one.words) for one in sign_in.check(start)]


def settle(home: Path, **settings: object) -> None:
    (home / ".claude.json").write_text(json.dumps(settings))


def test_without_a_key_or_a_login_it_is_not_signed_in(tmp_path: Path) -> None:
    assert findings(tmp_path) == [("fail", "is not signed in, and no key is set")]


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"ANTHROPIC_API_KEY": "k"}, "signs in with ANTHROPIC_API_KEY"),
        ({"CLAUDE_CODE_OAUTH_TOKEN": "t", "ANTHROPIC_API_KEY": "k"}, "signs in with CLAUDE_CODE_OAUTH_TOKEN"),
        ({"CLAUDE_CODE_USE_BEDROCK": "1"}, "signs in through a cloud provider"),
    ],
)
def test_a_key_or_a_cloud_signs_it_in(tmp_path: Path, env: dict[str, str], words: str) -> None:
    assert findings(tmp_path, **env) == [("ok", words)]


def test_a_login_in_its_folder_or_an_account_in_its_settings_signs_it_in(tmp_path: Path) -> None:
    settle(tmp_path, oauthAccount={"name": "me"})
    assert findings(tmp_path)[0][0] == "ok"
    own = tmp_path / "own"
    own.mkdir()
    (own / ".credentials.json").touch()
    assert findings(tmp_path, CLAUDE_CONFIG_DIR=str(own)) == [("ok", f"is signed in ({own})")]


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone is refused")
def test_root_may_not_skip_permissions_outside_of_a_sandbox(tmp_path: Path) -> None:
    skips = ("fail", "refuses to skip permissions as root")
    command, key = "--dangerously-skip-permissions", {"ANTHROPIC_API_KEY": "k"}
    assert skips in findings(tmp_path, command, **key)
    assert skips not in findings(tmp_path, command, IS_SANDBOX="1", **key)
    assert skips not in findings(tmp_path, command, CLAUDE_CODE_BUBBLEWRAP="1", **key)
    assert skips in findings(tmp_path, command, IS_SANDBOX="yes", **key), "the program compares it with 1"
    assert skips not in findings(tmp_path, **key)


def test_in_a_terminal_the_questions_of_a_first_start_are_named(tmp_path: Path) -> None:
    key = {"ANTHROPIC_API_KEY": "0123456789" * 3}
    asks = [words for level, words in findings(tmp_path, terminal=True, **key) if level == "warn"]
    assert len(asks) == 2 and "never been started" in asks[0] and "ANTHROPIC_API_KEY" in asks[1]
    settle(tmp_path, hasCompletedOnboarding=True, customApiKeyResponses={"approved": [key["ANTHROPIC_API_KEY"][-20:]]})
    assert [level for level, _ in findings(tmp_path, terminal=True, **key)] == ["ok"]


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"customApiKeyResponses": []}', '{"customApiKeyResponses": {"approved": 7}}']
)
def test_settings_of_another_form_are_read_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".claude.json").write_text(text)
    assert len(findings(tmp_path, terminal=True, ANTHROPIC_API_KEY="k")) == 3
