"""What a window says of its run: the status line of our tmux server, the terminal's title, and the key that leaves.

The options `@workcell_name`, `@workcell_recipe`, `@workcell_state`, `@workcell_job` and `@workcell_leave` of a session
are what the server's configuration shows; a person's own configuration may show them, too. tmux runs
`@workcell_job` while a terminal shows the session, and never for another.
"""

import os
import zlib
from collections.abc import Sequence

from workcell.base.errors import Unreachable
from workcell.rundir import layout, safe_open, seal
from workcell.system import run_program
from workcell.terminal import printable

PAUSE = 4
"""Seconds between two looks at the state of a run that is shown."""

ASK = 0.5
"""Maximum seconds that a person's own tmux server is asked for its prefix."""

NARROW = 60
"""Columns below which the status line leaves out the recipe and cuts the name short."""

_NAME = "#{?@workcell_name,#{@workcell_name},#{session_name}}"
_LEAVE = "#{s/M-/Alt-/:#{s/C-/Ctrl-/:prefix}} d"
_NESTED = "#{&&:#{@workcell_leave},#{||:#{m:screen*,#{client_termname}},#{m:tmux*,#{client_termname}}}}"
_IS_NARROW = f"#{{e|<:#{{client_width}},{NARROW}}}"

BODY = f"""\
set -g exit-empty on
set -g destroy-unattached off
set -g remain-on-exit off
set -g default-size 200x50
set -g window-size latest
set -g history-limit 2000
set -g default-terminal screen-256color
set -g mouse on
set -s escape-time 10
set -g update-environment ""
set -g status-interval {PAUSE + 1}
set -g status-left-length 200
set -g status-right-length 60
set -g status-left " #[bold]#{{?{_IS_NARROW},#{{=/11/…:{_NAME}}},#{{=/48/…:{_NAME}}}}}#[nobold]  #{{@workcell_state}}\
#{{?{_IS_NARROW},,  #{{@workcell_recipe}}}}#(#{{@workcell_job}})"
set -g status-right "#{{?{_NESTED},#{{@workcell_leave}},{_LEAVE}}}#{{?{_IS_NARROW},, leaves}} "
set -g window-status-format ""
set -g window-status-current-format ""
set -g set-titles on
set -g set-titles-string "{_NAME} · #{{@workcell_state}} · workcell"
"""

_FIRST = "# Written by workcell for its own tmux server. A file that you change is kept as it is."
_MARK = " Unchanged: "
_EARLIER = (0x22412145,)
"""CRC-32 of the whole files of versions that marked theirs by nothing."""


def conf() -> bytes:
    """The configuration as a file. Its first line ends with a checksum of the rest, which tells whether it is ours."""
    body = BODY.encode()
    return f"{_FIRST}{_MARK}{zlib.crc32(body):08x}\n".encode() + body


def untouched(data: bytes) -> bool:
    """Whether a configuration is as some version of workcell wrote it."""
    first, _, body = data.partition(b"\n")
    _, mark, digest = first.partition(_MARK.encode())
    return digest == b"%08x" % zlib.crc32(body) if mark else zlib.crc32(data) in _EARLIER


def renew(home: str) -> bool:
    """Write the configuration where there is none, or an unchanged one of another version; whether one stood there.

    Then a server that runs has read another one than now stands.
    """
    path = os.path.join(home, layout.TMUX_CONF)
    data = safe_open.read(path, 1 << 16) if os.path.exists(path) else None
    wanted = conf()
    if data == wanted or (os.path.lexists(path) and (data is None or os.path.islink(path) or not untouched(data))):
        return False
    seal.replace(home, layout.TMUX_CONF, wanted)
    return data is not None


def options(name: str | None, recipe: str | None, state: str, job: Sequence[str]) -> dict[str, str]:
    """The options of a session: what its status line says, and the command that keeps the state true.

    The job says an empty line at once: tmux would show its command instead while it says nothing.
    """
    found = {"state": text(state), "job": f"echo; {' '.join(map(_quoted, job))} >/dev/null 2>&1; exec sleep {PAUSE}"}
    found |= {"name": text(name)} if name else {}
    return found | ({"recipe": text(recipe)} if recipe else {})


def setting(session: str, values: dict[str, str]) -> list[str]:
    """The words of the tmux commands that set those options of a session, each after a semicolon."""
    words = []
    for name, value in values.items():
        # a semicolon at the end of a word would end the command
        last = value[:-1] + "\\;" if value.endswith(";") else value
        words += [";", "set-option", "-t", f"={session}:", f"@workcell_{name}", last]
    return words


def text(words: str) -> str:
    """`words` as a status line shows them: `#` begins a style there."""
    return printable.printable(words).replace("#", "♯")


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def leave(own_prefix: str) -> str | None:
    """The keys that leave a window of ours inside the tmux around this process; None where there is none around.

    `own_prefix` is the prefix of our server, as tmux writes it (`C-b`). Where the server around has the same one, it
    takes the first key for itself, and passes on what its own key for that (send-prefix) says.
    """
    socket, _, _ = os.environ.get("TMUX", "").partition(",")
    if not socket:
        return None
    outer, sends = _around(socket)
    if own_prefix not in outer:
        return f"{key(own_prefix)} d"
    return f"{key(own_prefix)} {key(sends)} d" if sends else "close this pane"


def _around(socket: str) -> tuple[tuple[str, ...], str | None]:
    """The prefixes of the person's own tmux, and its key that passes the prefix on; tmux's own where it is silent."""
    pane = os.environ.get("TMUX_PANE")
    asked = ["display-message", "-p", *(["-t", pane] if pane else []), "#{prefix} #{prefix2}"]
    try:
        ran = run_program.run_briefly(
            ["tmux", "-S", socket, *asked, ";", "list-keys", "-T", "prefix"], timeout=ASK, env=None
        )
    except Unreachable:
        return ("C-b",), "C-b"
    lines = ran.text().splitlines()
    if not ran.ok or not lines:
        return ("C-b",), "C-b"
    bound = [line.split() for line in lines[1:] if line.rstrip().endswith("send-prefix")]
    return tuple(lines[0].split()), next((words[-2] for words in bound if len(words) > 3), None)


def key(name: str) -> str:
    """A key as people write it: `Ctrl-b` for `C-b`, `Alt-x` for `M-x`."""
    for short, long in (("C-", "Ctrl-"), ("M-", "Alt-")):
        if name.startswith(short):
            return long + key(name[len(short) :])
    return name


def keep_title() -> bytes:
    """What a terminal is sent to remember the title that it shows; nothing for one without titles."""
    return b"\x1b[22;2t" if _has_titles() else b""


def title(words: str) -> bytes:
    """What a terminal is sent to show `words` as its title."""
    return b"\x1b]2;" + printable.printable(words).encode() + b"\x1b\\" if _has_titles() else b""


def put_back_title() -> bytes:
    """What a terminal is sent to show the title again that it remembered."""
    return b"\x1b[23;2t" if _has_titles() else b""


def _has_titles() -> bool:
    return os.environ.get("TERM", "dumb").partition("-")[0] in _TITLED


_TITLED = (
    "xterm",
    "screen",
    "tmux",
    "rxvt",
    "alacritty",
    "foot",
    "ghostty",
    "kitty",
    "wezterm",
    "gnome",
    "konsole",
    "vte",
)
