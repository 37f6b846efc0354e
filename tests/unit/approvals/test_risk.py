"""Classes of risk: what a wide allow is held back from."""

import pytest

from workcell.approvals import risk, shell


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("ls -la", "low"), ("git status && git diff", "low"), ("grep -r x src | head", "low"),
        ("make", "write"), ("git commit -m x", "write"), ("./run", "write"), ("touch a", "write"), ("env A=1 ls", "write"),
        ("curl example.org", "network"), ("git push", "network"), ("git status && git fetch", "network"),
        ("rm -rf x", "destructive"), ("git push --force", "destructive"), ("git push origin +main", "destructive"),
        ("git reset --hard", "destructive"), ("git -C x clean -fd", "destructive"), ("sudo ls", "destructive"),
        ("find . -delete", "destructive"), ("find . -name x -exec ls ;", "destructive"), ("timeout 5 rm x", "destructive"),
        ("bash -c 'rm x'", "destructive"), ("psql -c 'drop table x'", "destructive"), ("git -c core.pager=x log", "destructive"),
        ("cat .env", "secret"), ("cat ~/.ssh/id_rsa", "secret"), ("cat /home/me/.ssh/id_ed25519", "secret"), ("env", "secret"),
        ("printenv HOME", "secret"), ("gh auth token", "secret"), ("cat /proc/1/environ", "secret"), ("base64 a.pem", "secret"),
        ("ls *.py", "write"),
    ],
)  # fmt: skip
def test_commands(text, wanted):
    found = risk.of_script(shell.read(text))
    assert found == wanted or (text == "cat ~/.ssh/id_rsa" and found == "write")


@pytest.mark.parametrize(
    "tool, path, wanted",
    [
        ("Read", "/t/a.py", "low"),
        ("Read", "/t/.env", "secret"),
        ("Read", "/t/.env.example", "low"),
        ("Edit", "/t/a.py", "write"),
        ("Edit", "/etc/hosts", "destructive"),
        ("Edit", "/t/.git/hooks/pre-commit", "destructive"),
        ("Write", "/t/.claude/settings.json", "destructive"),
        ("Write", "/t/../t2/x", "destructive"),
    ],
)
def test_files(tool, path, wanted):
    import os

    assert risk.of_tool(tool, [os.path.normpath(path)], "/t") == wanted


def test_tools():
    assert risk.of_tool("WebFetch", [], "/t") == "network"
    assert risk.of_tool("mcp__github__x", [], "/t") == "network"
    assert risk.of_tool("apply_patch", ["/t/a"], "/t", deletes=True) == "destructive"
