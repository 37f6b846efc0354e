"""workcell launch"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, launching
from workcell.launch import asked
from workcell.launch import requests as op

app = typer.Typer(add_completion=False)


Briefs = Annotated[
    list[str] | None,
    typer.Argument(
        help="Briefs (Markdown), launch files (YAML) with several, or - for a brief on standard input.",
        metavar="[BRIEF...] [-- COMMAND...]",
    ),
]
Message = Annotated[
    str | None,
    typer.Option("-m", "--message", metavar="TEXT", help="In place of a brief: what is true when the run is done."),
]
Command = Annotated[
    list[str] | None,
    typer.Option("--command", metavar="WORD", help="A word of a command to run; -- COMMAND... says all of them."),
]
Saved = Annotated[
    str | None,
    typer.Option("--from", metavar="NAME", help="In place of a brief: a saved one; see 'workcell brief ls'."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the brief; may be given again."),
]
NoVerify = Annotated[bool, typer.Option("--no-verify", help="No check: the run ends 'unverified' at best.")]
Edit = Annotated[bool, typer.Option("--edit", help="Open the text of the brief in your editor first.")]
Dir = Annotated[
    str | None, typer.Option(metavar="DIR", help="The directory below the top of the tree to start in, e.g. svc/api.")
]
Worktree = Annotated[
    str | None,
    typer.Option(metavar="[=BRANCH]", help="Work in a worktree of its own, on a new branch or the one named."),
]
Tree = Annotated[
    str | None, typer.Option(metavar="none", help="none: work in no repository, but in an empty directory of its own.")
]
Share = Annotated[
    bool, typer.Option("--share", help="Share the tree with other runs that do; each claims what it edits.")
]
MaxLive = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Of several: stay, and start the next when one ends.")
]
IgnoreRepo = Annotated[
    bool,
    typer.Option("--ignore-repo", help="Take nothing from the repository that runs or steers; nor may its agent."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show all that would be launched, and who said it; write nothing.")
]


Model = Annotated[str | None, typer.Option(help="The model that the agent is told to use.")]
Arg = Annotated[
    list[str] | None,
    typer.Option(metavar="WORD", help="A word to add to the agent's command; may be given again."),
]
Verify = Annotated[str | None, typer.Option(help="The check: commands, or the path of a script.")]
Wall = Annotated[str | None, typer.Option(metavar="TIME", help="How long one attempt may take, e.g. 2h.")]
Attempts = Annotated[int | None, typer.Option(metavar="N", help="How many attempts the run may take.")]
Cost = Annotated[float | None, typer.Option(metavar="USD", help="How many US dollars the agent may report.")]
Port = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[=N]", help="A variable for a TCP port of its own, or for N; may be given again."),
]
Recipe = Annotated[str | None, typer.Option(help="How the agent is launched; see 'workcell recipe ls'.")]
Repo = Annotated[str | None, typer.Option(help="The working tree.")]
Name = Annotated[str | None, typer.Option(help="A short name for the run.")]
Dirty = Annotated[str | None, typer.Option(help="Uncommitted work: refuse, allow or snapshot.")]
Label = Annotated[list[str] | None, typer.Option(help="A word to find the run by; may be given again.")]
Group = Annotated[str | None, typer.Option(help="The group that the run belongs to.")]
Again = Annotated[bool, typer.Option("--again", help="Of a launch file: new runs, also for what has one.")]
Wait = Annotated[bool, typer.Option("--wait", help="Stay until the run is over; 1 if it did not pass.")]
Attach = Annotated[bool, typer.Option("--attach", help="Open a window onto the agent at once.")]
Standby = Annotated[
    bool, typer.Option("--standby", help="After each turn, wait for messages without a process; 'finish' ends it.")
]
NoWindow = Annotated[bool, typer.Option("--no-window", help="Open no window in tmux.")]
Prepare = Annotated[bool, typer.Option("--prepare", help="Create the run, and start nothing.")]
Watch = Annotated[bool, typer.Option("--watch", help="From inside a run: get a message once this one is over.")]
Within = Annotated[
    str | None, typer.Option(metavar="TIME", help="With --watch: get one after this long in any case, e.g. 1h.")
]
Now = Annotated[bool, typer.Option("--now", help="Start it also while its account is held.")]


@app.command()
def launch(
    context: typer.Context,
    briefs: Briefs = None,
    message: Message = None,
    command: Command = None,
    saved: Saved = None,
    set_: Set = None,
    model: Model = None,
    arg: Arg = None,
    verify: Verify = None,
    no_verify: NoVerify = False,
    wall: Wall = None,
    attempts: Attempts = None,
    cost: Cost = None,
    port: Port = None,
    recipe: Recipe = None,
    repo: Repo = None,
    dir: Dir = None,
    name: Name = None,
    worktree: Worktree = None,
    tree: Tree = None,
    share: Share = False,
    dirty: Dirty = None,
    label: Label = None,
    group: Group = None,
    max_live: MaxLive = None,
    again: Again = False,
    ignore_repo: IgnoreRepo = False,
    standby: Standby = False,
    wait: Wait = False,
    attach: Attach = False,
    no_window: NoWindow = False,
    prepare: Prepare = False,
    now: Now = False,
    watch: Watch = False,
    within: Within = None,
    dry_run: DryRun = False,
    edit: Edit = False,
    as_json: arguments.Json = False,
) -> int:
    """Create a run from a brief, a message or a command, and start it; prints its id.

    Of several, all are checked before the first starts.
    """
    if dirty not in (None, "refuse", "allow", "snapshot"):
        raise Usage(f"--dirty cannot be {dirty!r}", "--dirty refuse, --dirty allow, or --dirty snapshot")
    if tree not in (None, "none"):
        raise Usage(f"--tree cannot be {tree!r}", "--tree none, or --repo DIR for the tree to work in")
    if wait and prepare:
        raise Usage("--wait with --prepare would wait for a run that is not started", "leave one of them out")
    kind = op.SpawnRequest if context.command.name == op.SpawnRequest.operation else op.LaunchRequest
    request = kind(
        briefs=tuple(briefs or ()),
        message=message,
        command=tuple(command or ()),
        saved=saved,
        set=tuple(set_ or ()),
        model=model,
        arg=tuple(arg or ()),
        verify=verify,
        no_verify=no_verify,
        wall=arguments.duration("--wall", wall),
        attempts=attempts,
        cost=cost,
        port=tuple(port or ()),
        recipe=recipe,
        repo=repo,
        dir=dir,
        name=name,
        worktree=worktree,
        tree=arguments.one_of(tree, ("none",)),
        share=share,
        dirty=arguments.one_of(dirty, ("refuse", "allow", "snapshot")),
        label=tuple(label or ()),
        group=group,
        max_live=max_live,
        again=again,
        ignore_repo=ignore_repo,
        standby=standby,
        no_window=no_window,
        prepare=prepare,
        now=now,
        watch=watch,
        within=arguments.duration("--within", within),
        dry_run=dry_run,
    )
    if not edit:
        return launching.launch(launching.read(request), wait=wait, attach=attach, as_json=as_json)
    if request.briefs or request.saved is not None:
        raise Usage("--edit is for a text without a file", "edit the file itself, then launch it")
    from workcell.faces.cli import edit as editing

    asked.check(request)
    with editing.text(asked.compose(request)) as kept:
        return launching.launch(asked.edited(request, kept.text), wait=wait, attach=attach, as_json=as_json)
