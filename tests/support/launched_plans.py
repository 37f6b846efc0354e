"""Plans of real runs, launched in this process."""

from pathlib import Path
from typing import Any

from workcell.launch import requests
from workcell.rundir.cell import Cell
from workcell.together import launching, plan_requests


def cell(lab: Any, **more: Any) -> Cell:
    return Cell(lab.home, lab.env(), lab.repo, **more)


def written(lab: Any, *entries: str, head: str = "", name: str = "night") -> str:
    """A launch file with these entries as lines of YAML; its path."""
    path = Path(lab.top, f"{name}.yaml")
    lines = [head] if head else []
    path.write_text(
        "\n".join([*lines, f"defaults: {{repo: {lab.repo}}}", "briefs:", *(f"  - {{{one}}}" for one in entries), ""])
    )
    return str(path)


def launch(lab: Any, path: str, **more: Any) -> Any:
    """What `launch` of that file comes to."""
    return launching.perform_launch(cell(lab), requests.LaunchRequest((path,), no_window=True, **more))


def show(lab: Any, plan: str) -> Any:
    return plan_requests.perform_show(cell(lab), plan_requests.ShowRequest(plan))
