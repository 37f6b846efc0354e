"""Windows of a person's own tmux, by libtmux: listed by their names, made, and brought to the front.

libtmux takes no time limits, so only a process that is ended after some seconds imports this
(docs/decisions/libtmux-and-gitpython.md).
"""

import libtmux

from workcell.base.errors import NotFound


def show(socket: str, session: str, name: str, directory: str, command: str) -> str:
    """Bring the window of that name to the front, or make it: it runs `command`, text for a shell, in `directory`.

    `session` is the id of the session that gets a new window; where that is empty or gone, an attached one does, else
    the first. Returns the name of the session that has the window. Raises NotFound where the server has no session.
    """
    server = libtmux.Server(socket_path=socket)
    sessions = list(server.sessions)
    if not sessions:
        raise NotFound("your tmux has no session", "tmux")
    for window in server.windows:
        if window.window_name == name:
            window.select()
            return str(window.session.session_name)
    chosen = next((one for one in sessions if one.session_id == session), None)
    chosen = chosen or next((one for one in sessions if one.session_attached not in (None, "0")), sessions[0])
    chosen.new_window(window_name=name, attach=True, start_directory=directory, window_shell=command)
    return str(chosen.session_name)
