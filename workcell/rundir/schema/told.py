"""The records of what a conversation comes to in short: summary.json, analysis.json."""

from typing import Literal

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import Category, Sha256, SummaryWay, Time


class Summary(TypedDict):
    """`summary.json`: what a command that a person named said of the last turns."""

    schema: Literal["workcell.file.summary/1"]
    asked_at: Time
    """When it was asked last."""
    of: Sha256
    """Of what it was given."""
    text: str | None
    """What it said, cleaned, at most 240 characters; null before it has said anything."""
    by: SummaryWay | None
    """Which of the two commands said it."""
    calls: int
    """How often a command was asked about this attempt."""
    failed: int
    """How often it could not be started, failed, or said nothing."""


class Analysis(TypedDict):
    """`analysis.json`: what a run that is over was about, made without a model."""

    schema: Literal["workcell.file.analysis/1"]
    at: Time
    title: str
    """Made of what was asked first."""
    summary: str | None
    """What a command of `summarize` said of the last turns, else the last words of the agent; null without words."""
    topics: list[str]
    """Where most was changed, then words of the title; at most 5."""
    category: Category
