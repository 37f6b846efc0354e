"""workcell open"""

import typer

from workcell.faces.cli import arguments, call, out
from workcell.launch import open_run as op

app = typer.Typer(add_completion=False)


@app.command("open")
def open_run(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Open a terminal of yours onto the agent's, or your editor on its tree, as 'open' in config.yaml says.

    Presets: tmux (a window of your own), kitty, wezterm, alacritty, ghostty, foot, gnome-terminal, konsole, xterm,
    xfce4-terminal, iterm2, terminal.app; code, cursor and zed open the tree. Without the setting the command that
    attaches is printed.
    """
    found: op.Result = call.perform("open", op.Request(run))
    if as_json:
        call.show("open", found)
    elif found.place is None:
        print(found.command)
        out.say("workcell: 'open: kitty' or the like in config.yaml opens a terminal: workcell config edit")
    else:
        print(f"opened {out.safe(found.place)}")
