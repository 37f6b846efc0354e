"""workcell completion"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import completion as scripts

app = typer.Typer(add_completion=False)


@app.command()
def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print the completion of a shell.

    bash: workcell completion bash >~/.local/share/bash-completion/completions/workcell;
    zsh: workcell completion zsh >DIR/_workcell, where DIR is in $fpath;
    fish: workcell completion fish >~/.config/fish/completions/workcell.fish.
    """
    if shell not in scripts.SHELLS:
        raise Usage(f"no completion for {shell!r}", f"one of {', '.join(scripts.SHELLS)}")
    print(scripts.script(shell), end="")
