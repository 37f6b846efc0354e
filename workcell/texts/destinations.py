"""The options of each kind of destination, as types: the keys of its table in `adapter_keys`, without the secrets.

A key whose value is a secret is null here; the adapter's `secrets` names the place of the secret.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class OpenclawOptions(TypedDict):
    method: Literal["cli", "http"]
    url: str | None
    token: None
    session_key: str | None
    mode: Literal["now", "next-heartbeat"]
    program: str


class TelegramOptions(TypedDict):
    token: None
    chat: str
    topic: int | None
    silent: bool
    api: str


class SlackOptions(TypedDict):
    url: None


class DesktopOptions(TypedDict):
    method: Literal["auto", "notify-send", "osascript", "tmux", "bell"]
    socket: str | None


_From = TypedDict("_From", {"from": str})


class EmailOptions(_From):
    to: list[str]
    host: str
    port: int | None
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: None


class NtfyOptions(TypedDict):
    topic: str | None
    url: str
    token: None
    user: str | None
    password: None


class WebhookOptions(TypedDict):
    url: str | None
    method: Literal["POST", "PUT"]
    headers: dict[str, str]


class CommandOptions(TypedDict):
    argv: list[str]
    env: dict[str, str]


class AppriseOptions(TypedDict):
    url: None


Options = (
    OpenclawOptions
    | TelegramOptions
    | SlackOptions
    | DesktopOptions
    | EmailOptions
    | NtfyOptions
    | WebhookOptions
    | CommandOptions
    | AppriseOptions
)
