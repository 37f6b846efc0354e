"""Failures of Codex in each of their forms."""

from typing import Any

import pytest

from workcell.agents.codex import shared


@pytest.mark.parametrize(
    ("info", "code", "status"),
    [
        ("usage_limit_exceeded", "usage_limit_exceeded", None),
        ({"http_connection_failed": {"http_status_code": 401}}, "http_connection_failed", 401),
        ({"other": None}, "other", None),
        ({}, None, None),
        (None, None, None),
        (["x"], None, None),
    ],
)
def test_the_information_on_an_error(info: Any, code: str | None, status: int | None) -> None:
    assert (shared.code(info), shared.status_of(info)) == (code, status)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("unexpected status 401 Unauthorized: no", 401),
        ("exceeded retry limit, last status: 429 Too Many Requests", 429),
        ("it said: unexpected status 401", None),
        ("unexpected status 4011", None),
    ],
)
def test_the_status_stands_at_the_beginning(words: str, status: int | None) -> None:
    assert shared.status(words) == status
