"""Requests are made of what hooks of Claude Code and Codex say about a tool call."""

import os

from workcell.approvals import request


def made(tool, given, tree):
    return request.of_call(tool, given, tree, tree)


def test_commands(tmp_path):
    tree = str(tmp_path)
    found = made("Bash", {"command": "ls", "description": "x", "timeout": 3}, tree)
    assert (found.command, found.unread) == ("ls", None)
    assert made("shell", {"command": ["bash", "-lc", "ls x"]}, tree).command == "bash -lc 'ls x'"
    assert made("Bash", {"command": "ls", "dangerouslyDisableSandbox": True}, tree).unread
    assert made("Bash", {"command": 3}, tree).unread
    assert made("Bash", "ls", tree).unread


def test_files_are_known_by_name_and_without_links(tmp_path):
    tree = str(tmp_path)
    os.symlink("/etc", tmp_path / "out")
    assert made("Edit", {"file_path": "a.py"}, tree).paths == ((f"{tree}/a.py", os.path.realpath(tree) + "/a.py"),)
    assert made("Write", {"file_path": f"{tree}/out/hosts"}, tree).paths[0][1] == "/etc/hosts"
    assert made("Write", {"file_path": "out/../x"}, tree).paths[0][1] == "/x"
    assert made("Edit", {}, tree).unread and made("Edit", {"file_path": ["x"]}, tree).unread
    assert made("Read", {"file_path": "~/x"}, tree).unread
    assert made("Edit", {"file_path": "a\0b"}, tree).unread


def test_a_patch_names_all_its_files(tmp_path):
    patch = "*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-x\n+y\n*** Delete File: c/d\n*** End Patch"
    found = made("apply_patch", {"command": patch}, str(tmp_path))
    assert [os.path.basename(path) for path, _ in found.paths] == ["a", "b", "d"] and found.deletes
    assert made("apply_patch", {"command": "x"}, str(tmp_path)).unread


def test_words_for_a_person():
    assert request.words("Bash", {"command": "git push"}) == "git push"
    assert request.words("Edit", {"file_path": "a.py", "old_string": "x"}) == "Edit: a.py"
    assert request.words("WebFetch", {"url": "http://x"}) == "WebFetch: http://x"
    assert request.words("Task", None) == "Task"


def test_a_tool_that_is_not_known_may_touch_more_than_its_path(tmp_path):
    given = {"path": "src/a", "destination": "/etc/x"}
    assert not made("mcp__files__move", given, str(tmp_path)).known
    assert made("Edit", {"file_path": "src/a"}, str(tmp_path)).known
