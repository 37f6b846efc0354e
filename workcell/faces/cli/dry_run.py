"""A whole intent as text: each value with who said it, then the texts."""

import shlex
import textwrap

from workcell.base import clock, sizes
from workcell.faces.cli import grid, out
from workcell.launch import dry_run


def show(found: dry_run.Result) -> None:
    """Print what a launch would do."""
    rows = []
    for key, value in found.values.items():
        if key == "prose":
            value = out.count(len(str(value).splitlines()), "line") if value else None
        rows.append([(key, "1"), (_words(key, value), "0"), (found.origins[key], "90")])
    grid.show((grid.Column("VALUE"), grid.Column("IS", least=16), grid.Column("FROM", least=12, goes=1)), rows)
    words = [_without(word, found.prompt.strip()) for word in found.argv]
    for title, text in (
        # indented: a line of it must not look like one of ours
        (f"command, said by {out.safe(found.argv_from)}", textwrap.indent(shlex.join(words), "    ") + "\n"),
        ("verify.sh", found.verify),
        ("prompt", found.prompt if found.prompt and not found.steps else None),
    ):
        if text:
            print(f"\n{out.paint(title, '1')}\n")
            print(out.body(text), end="" if text.endswith("\n") else "\n")
    for step in found.steps:
        where = out.safe(f"{step.file}:{step.line}")
        print("\n" + out.paint(f"step {step.step}: {out.safe(step.title)}", "1") + f" ({where})\n")
        print(out.body(step.text), end="")
    for note in found.notes:
        out.say(f"workcell: {out.safe(note)}")
    for line in found.untrusted:
        out.say(f"workcell: not trusted, launch refuses it: {out.safe(line)}")


def _without(word: str, prompt: str) -> str:
    """A word of the command without the prompt, which is shown by itself."""
    return word.replace(prompt, "(the prompt)") if prompt else word


def _words(key: str, value: object) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float) and key in ("limits.wall", "limits.idle", "limits.person", "limits.verify"):
        return clock.span(value)
    if isinstance(value, float) and key == "limits.cost":
        return f"{value:g} USD"
    if isinstance(value, int) and key == "limits.memory":
        return sizes.words(value)
    return str(value) or "yes"
