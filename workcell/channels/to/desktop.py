"""The desktop of the person at this machine: notify-send, osascript, a message in tmux, or the terminal's bell.

Ours, since Apprise wants python bindings of D-Bus or GTK for it, which no virtual environment has.
"""

from __future__ import annotations

import html
import os
import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.base.errors import Unreachable
from workcell.channels.to.protocol import DELIVERED, RETRY, UNKNOWN, Destination, Rendered, Sent
from workcell.system import run_program, tmux

if TYPE_CHECKING:
    from workcell.texts.destinations import DesktopOptions


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """Show one message; by the first method that this machine has when it is `auto`."""
    options: DesktopOptions = destination.options
    method: str = options["method"]
    if method == "auto":
        method = automatic()
    if method == "notify-send":
        return _notify_send(notice, budget_seconds)
    if method == "osascript":
        return _osascript(notice, budget_seconds)
    return _in_tmux(notice, method, options["socket"], budget_seconds)


def automatic() -> str:
    """The method that fits this machine: notify-send where a session bus is, osascript on macOS, else tmux."""
    if sys.platform == "darwin" and shutil.which("osascript"):
        return "osascript"
    return "notify-send" if shutil.which("notify-send") and _session_bus() else "tmux"


def _session_bus() -> str | None:
    """The address of the session bus; cron is not told it, and systemd puts it at a known place."""
    found = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if found:
        return found
    path = f"/run/user/{os.getuid()}/bus"
    return f"unix:path={path}" if os.path.exists(path) else None


def _notify_send(notice: Rendered, budget_seconds: float) -> Sent:
    env = dict(os.environ)
    bus = _session_bus()
    if bus is None:
        return Sent(RETRY, "no session bus: no user is logged in at a desktop")
    env["DBUS_SESSION_BUS_ADDRESS"] = bus
    urgency = "critical" if notice.urgent else "normal"
    # the body of a desktop notification may hold markup, so its own characters are escaped; the title may not
    argv = [
        "notify-send",
        "-a",
        "workcell",
        "-u",
        urgency,
        "--",
        notice.title,
        html.escape(notice.plain, quote=False),
    ]
    return _run(argv, budget_seconds, "notify-send", env)


def _osascript(notice: Rendered, budget_seconds: float) -> Sent:
    # the words are arguments of the script, never a part of it
    script = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
    argv = ["osascript"]
    for line in script:
        argv += ["-e", line]
    return _run([*argv, notice.title, notice.plain], budget_seconds, "osascript", None)


def _in_tmux(notice: Rendered, method: str, socket: str | None, budget_seconds: float) -> Sent:
    base = ["tmux"] if socket is None else ["tmux", "-S", socket]
    try:
        words = [*base, "list-clients", "-F", "#{client_name}\t#{client_tty}"]
        listed = tmux.bounded(socket or "default", words, budget_seconds / 2)
    except Unreachable as error:
        return Sent(RETRY, error.message)
    if not listed.ok:
        return Sent(RETRY, f"tmux: {listed.complaint()}")
    clients = [line.split("\t", 1) for line in listed.text().splitlines() if "\t" in line]
    if not clients:
        return Sent(RETRY, "no terminal is attached to tmux")
    reached, said = 0, ""
    for name, tty in clients:
        if method == "bell":
            reached, said = (reached + 1, said) if _ring(tty) else (reached, "the terminal takes no bell")
            continue
        text = _literal(" ".join(f"{notice.title} · {notice.plain}".split()))
        words = [*base, "display-message", "-c", name, "-d", "10000", text]
        try:
            ran = tmux.bounded(socket or "default", words, budget_seconds / 4)
        except Unreachable as error:
            said = error.message
            continue
        reached, said = (reached + 1, said) if ran.ok else (reached, f"tmux: {ran.complaint()}")
    if reached:
        return Sent(DELIVERED, f"shown on {reached} of {len(clients)} attached terminals")
    return Sent(RETRY, said)


def _literal(text: str) -> str:
    """`text` as tmux shows it unchanged: it expands #(command), #{format} and strftime's % in a message."""
    return text.replace("#", "##").replace("%", "%%")


def _ring(tty: str) -> bool:
    try:
        fd = os.open(tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.write(fd, b"\a") == 1
    except OSError:
        return False
    finally:
        os.close(fd)


def _run(argv: list[str], budget_seconds: float, name: str, env: Mapping[str, str] | None) -> Sent:
    try:
        ran = run_program.run(argv, timeout=budget_seconds, env=env)
    except Unreachable as error:
        return Sent(RETRY, error.message)
    if ran.timed_out:
        return Sent(UNKNOWN, f"{name} did not end in time")
    return Sent(DELIVERED, f"{name} took it") if ran.ok else Sent(RETRY, f"{name}: {ran.complaint()}")
