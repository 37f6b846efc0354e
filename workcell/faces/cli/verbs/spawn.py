"""workcell spawn"""

import typer

from workcell.faces.cli.verbs import launch

app = typer.Typer(add_completion=False)
app.command(
    "spawn",
    help="From inside a run: launch a child of it, with the words of launch; prints the id of the child.\n\n"
    "Where a live run has the tree, the child gets a worktree of its own.",
)(launch.launch)
