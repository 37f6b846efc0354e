"""The watchdog as a systemd user timer whose runs outlive the service that started them."""

import os
import shutil

from workcell.base.errors import Unreachable
from workcell.rundir import seal
from workcell.system import run_program
from workcell.watch.timers import command, cron

TIMEOUT = 30.0


def folder() -> str:
    """Where user units lie."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "systemd", "user")


def name(home: str) -> str:
    """The units' name: one timer for each home."""
    return f"workcell-watchdog-{cron.mark(home)}"


def service(home: str) -> str:
    """The service.

    A service's cgroup is ended with it, and runners are its children: KillMode=process spares them, and the tick
    moves into a scope of its own where systemd-run is there, so that nothing of ours stays in the service at all.
    """
    scope = shutil.which("systemd-run")
    words = [scope, "--user", "--scope", "--collect", "--quiet"] if scope else []
    lines = [
        "[Unit]",
        "Description=workcell watchdog: one look at the runs of " + _value(home),
        "",
        "[Service]",
        "Type=oneshot",
        "KillMode=process",
        "TimeoutStartSec=10min",
        *(f"Environment={_quoted(key + '=' + value)}" for key, value in sorted(command.environment(home).items())),
        "ExecStart=" + " ".join(_quoted(word) for word in [*words, *command.words()]),
        "",
    ]
    return "\n".join(lines)


def timer(home: str) -> str:
    """The timer: a tick a minute, and one soon after the machine was started."""
    return "\n".join(
        [
            "[Unit]",
            "Description=workcell watchdog, once a minute",
            "",
            "[Timer]",
            "OnBootSec=30s",
            "OnUnitInactiveSec=60s",
            "OnActiveSec=5s",
            "AccuracySec=5s",
            f"Unit={name(home)}.service",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def _quoted(word: str) -> str:
    """A word of a unit file: % and $ mean something to systemd, and a space ends a word."""
    return '"' + _value(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _value(text: str) -> str:
    return text.replace("%", "%%")


def files(home: str) -> dict[str, str]:
    """The unit files: path to text."""
    base = os.path.join(folder(), name(home))
    return {base + ".service": service(home), base + ".timer": timer(home)}


def install(home: str) -> list[str]:
    """Write the units and start the timer; what was done."""
    os.makedirs(folder(), exist_ok=True)
    for path, text in files(home).items():
        seal.replace(os.path.dirname(path), os.path.basename(path), text.encode("utf-8", "surrogateescape"), 0o644)
    _ask("daemon-reload")
    _ask("enable", "--now", name(home) + ".timer")
    done = [f"the timer {name(home)}.timer (systemctl --user status shows it)"]
    if not lingers():
        done.append("it ends when you log out; 'loginctl enable-linger' lets it go on")
    return done


def uninstall(home: str) -> list[str]:
    """Stop the timer and remove the units; what was done."""
    there = [path for path in files(home) if os.path.exists(path)]
    if not there:
        return []
    try:
        _ask("disable", "--now", name(home) + ".timer")
    except Unreachable:
        pass  # without systemd at work there is no timer to stop; the files are ours to remove
    for path in there:
        os.unlink(path)
    try:
        _ask("daemon-reload")
    except Unreachable:
        pass
    return [f"the timer {name(home)}.timer"]


def lingers() -> bool:
    """Whether user services go on after logout."""
    user = os.environ.get("USER") or str(os.getuid())
    return os.path.exists(f"/var/lib/systemd/linger/{user}")


def _ask(*words: str) -> None:
    ran = run_program.run(["systemctl", "--user", *words], timeout=TIMEOUT, env=dict(os.environ))
    if not ran.ok:
        raise Unreachable(
            f"systemctl --user {words[0]}: {ran.complaint()}",
            "is this a login session? Else use cron: workcell watchdog install --with cron",
        )
