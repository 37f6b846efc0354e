"""What a run needs from a person, and what it waits for: the one table that every list, answer and notice asks.

A later source is a function in SOURCES. It gets a Situation and returns what is needed, or None; the first that
returns something decides. Each command is complete: pasted into a shell it does what the need says.
"""

from workcell.base import clock
from workcell.rundir import cures, hint, phase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from workcell.rundir import schema, suggestions

YOUNG: "Final" = 20.0
"""Seconds for which an attempt that was just opened may be without a runner before it counts as waiting."""


NAMED: "Final" = 4
"""Maximum of runs that are named as those for which a run waits."""


class Dialog:
    """The dialog that the terminal of a live run shows."""

    __slots__ = ("asks", "no", "options", "question", "yes")

    def __init__(self, question: str, options: "list[tuple[str, str]]", asks: "str | None" = None) -> None:
        self.question = question
        self.options = options
        """The word that chooses each option, and its words."""
        self.asks = asks
        """For what permission is asked: the tool and its words; None where no record tells."""
        self.yes: str | None = None
        """The word of the option that allows this once; None where the dialog asks for no permission."""
        self.no: str | None = None
        """The word of the option that refuses it."""


class Situation:
    """What is known of one run at one moment. Facts that nothing is known of keep their first value.

    `others` are the names of the runs of which it waits to be told on standby, else of those for whose turns in its
    tree its check waits, until `due_at` at the latest.
    """

    def __init__(self, run: str, state: "schema.State", where: "schema.Phase") -> None:
        self.id = run
        self.state = state
        self.phase = where
        self.attempt = 0
        self.reason: str | None = None
        """Why it is in this state."""
        self.cause: str | None = None
        """What made the last attempt fail: a verdict or a finding of `cures`; None for any other."""
        self.go_on = f"workcell resume {run}"
        """What opens the next attempt of a run that did not pass."""
        self.acknowledged = False
        """Whether a person said that the end of this attempt was seen."""
        self.room: str | None = None
        """What holds the agent up where the disk takes none of its output."""
        self.changed: str | None = None
        """What is wrong with a file that was pinned."""
        self.hold: schema.StatusHold | None = None
        """The hold on the run."""
        self.account: schema.AccountHold | None = None
        """The hold on its account."""
        self.refused = False
        """Whether the attempt of now put that hold itself."""
        self.sign_in: str | None = None
        """How a person signs the agent program in."""
        self.terminal = False
        """Whether its agent has a terminal."""
        self.checked = False
        """Whether a check is to judge its work, once the agent has ended."""
        self.since: str | None = None
        """Since when its agent does what it does; None where nothing tells."""
        self.dialog: Dialog | None = None
        self.proposals: list[schema.Proposal] = []
        """Proposals of playbooks that wait for a person, or were approved and not carried out."""
        self.call: schema.DeferredCall | None = None
        """The tool call that its agent was ended with, about which a person has not decided."""
        self.rests = False
        """Whether it is on standby, and no message waits for it: then it needs nothing to go on."""
        self.others: list[str] = []
        self.suggestions: list[suggestions.Suggestion] = []
        """Messages that wait for a person to release them; their words are cleaned."""
        self.due_at: str | None = None
        self.later = False
        """Whether a person asked for it not to be started."""
        self.opened_at: str | None = None
        """When its attempt was opened."""
        self.unwatched: str | None = None
        """Why no watchdog goes on with it, and the cure; None where one does."""
        self.now = 0.0
        """Seconds since the epoch."""


def find(known: Situation) -> "schema.Needs | None":
    """What the run needs from a person; None when it needs nothing."""
    for source in SOURCES:
        found = source(known)
        if found is not None:
            return found
    return None


def _need(kind: "schema.Need", command: str, why: "str | None") -> "schema.Needs":
    found: schema.Needs = {"kind": kind, "command": command}
    if why:
        found["why"] = why
    return found


# -- the sources, in the order in which they count


def _full_disk(known: Situation) -> "schema.Needs | None":
    return _need("room", "workcell doctor", known.room) if known.room else None


def _changed_file(known: Situation) -> "schema.Needs | None":
    return _need("look", f"workcell fsck {known.id}", known.changed) if known.changed else None


def _question(known: Situation) -> "schema.Needs | None":
    """A dialog that is up, or words of the agent that ask for an answer."""
    if known.phase != phase.RUNNING or known.state not in ("question", "approval"):
        return None
    dialog = known.dialog
    if dialog is None:
        verb = "attach" if known.terminal else "logs"
        return _need("answer", f"workcell {verb} {known.id}", f"it waits for an answer: {known.state}")
    asks = dialog.asks if known.state == "approval" else None
    found = _need("answer", f"workcell answer {known.id}", asks or dialog.question or None)
    if asks:
        found["asks"] = asks
    verbs = {dialog.yes: f"workcell approve {known.id}", dialog.no: f"workcell deny {known.id}"}
    if known.proposals:
        verbs = {}  # which of them is meant would not be clear
    every: list[schema.Choice] = [
        {"text": text, "command": verbs.get(word) or f"workcell answer {known.id} {word}"}
        for word, text in dialog.options
    ]
    # yes and no first: what decides more than this one question stands below
    found["options"] = sorted(every, key=lambda one: one["command"] not in verbs.values())
    return found


def _proposal(known: Situation) -> "schema.Needs | None":
    """Acts that a playbook asks for. Commands name the proposal: what a person has read about is what is approved."""
    if not known.proposals:
        return None
    made = known.proposals[0]
    found = _need("decide", f"workcell approve {made['id']}", f"{made['text']} ({made['cause']})")
    found["options"] = []
    for one in known.proposals:
        words = "; ".join(act["words"] for act in one["acts"])
        found["options"].append({"text": words, "command": f"workcell approve {one['id']}"})
        found["options"].append({"text": "does none of that", "command": f"workcell deny {one['id']}"})
    if known.phase == phase.DONE:
        found["dismiss"] = f"workcell ack {known.id}"
    return found


def _deferred(known: Situation) -> "schema.Needs | None":
    """A tool call that waits for a yes or no without any process."""
    call = known.call
    if call is None:
        return None
    approve, deny = f"workcell approve {known.id}", f"workcell deny {known.id}"
    found = _need("answer", approve, call["words"])
    found["asks"] = asked(call)
    found["risk"] = call["risk"]
    found["since"] = call["at"]
    found["options"] = [{"text": "Yes, this once", "command": approve}, {"text": "No", "command": deny}]
    return found


def asked(call: "schema.DeferredCall") -> str:
    """The tool and its words, as a person is asked about them."""
    named = call["words"] == call["tool"] or call["words"].startswith(f"{call['tool']}: ")
    return call["words"] if named else f"{call['tool']}: {call['words']}"


def _account(known: Situation) -> "schema.Needs | None":
    """An account that is held until a person signs in, or lets it go."""
    hold = known.account
    if hold is None or hold["until"] == "resets" or not (_not_started(known) or _refused_live(known)):
        return None
    signs_in = hold["until"] == "probe"
    cure = f"sign in again ({known.sign_in})" if known.sign_in and signs_in else "sign in again" if signs_in else ""
    why = "; ".join(one for one in (f"its account is held: {_told(hold)}", cure) if one)
    verb = "attach" if known.phase == phase.RUNNING and known.terminal else "release"
    found = _need("sign-in" if signs_in else "release", f"workcell {verb} {known.id}", why)
    found["account"] = hold["account"]
    if hold["until_at"]:
        found["until_at"] = hold["until_at"]
    return found


def _unchecked(known: Situation) -> "schema.Needs | None":
    """An agent that waits for words at its terminal, where no watchdog will end it and have its work checked."""
    waits = known.phase == phase.RUNNING and known.state == "idle" and known.terminal and known.checked
    if not waits or known.unwatched is None or known.hold is not None:
        return None
    if known.since is not None and known.now - _seconds(known.since) < hint.UNANSWERED:
        return None
    why = f"its agent has ended its turn and waits for words; nothing ends it to check its work: {known.unwatched}"
    found = _need("decide", f"workcell recover {known.id}", why)
    found["options"] = [
        {"text": "ends the agent, and checks its work", "command": f"workcell recover {known.id}"},
        {"text": "gives it its next message", "command": f"workcell send {known.id} 'go on'"},
        {"text": "opens its terminal", "command": f"workcell attach {known.id}"},
    ]
    return found


def _held_run(known: Situation) -> "schema.Needs | None":
    hold = known.hold
    if hold is None or hold["until_at"] is not None or not _not_started(known):
        return None
    return _need("release", f"workcell release {known.id}", f"it is held: {hold['why'] or 'until it is released'}")


def _unstarted(known: Situation) -> "schema.Needs | None":
    """A run that a person is to start, or that no watchdog will."""
    if known.phase == phase.CREATED and known.later:
        return _need("start", f"workcell resume {known.id}", "it was prepared, and waits to be started")
    if known.phase not in (phase.SCHEDULED, phase.CREATED) or known.unwatched is None or _just_opened(known):
        return None
    if known.rests:
        return None
    return _need("start", f"workcell resume {known.id}", not_started(known.unwatched))


def _of_phase(known: Situation) -> "schema.Needs | None":
    row = _PHASES.get(known.phase)
    return _need(row[0], f"workcell {row[1]} {known.id}", known.reason) if row else None


def _ended(known: Situation) -> "schema.Needs | None":
    """An end that is not what was wanted, until it is resumed, removed or acknowledged."""
    row = ENDED.get(known.state) if known.phase == phase.DONE and not known.acknowledged else None
    if row is None:
        return None
    cure = cures.CURES.get(known.cause or "") if row[1] == "resume" else None
    if cure is not None:
        found = _need(cure.kind, cure.command.format(run=known.id), cure.why)
        again = f"{known.go_on} {cure.option}" if cure.option else known.go_on
        found["options"] = [{"text": cure.then, "command": again}]
    else:
        command = known.go_on if row[1] == "resume" else f"workcell {row[1]} {known.id}"
        found = _need(row[0], command, known.reason)
    found["dismiss"] = f"workcell ack {known.id}"
    return found


def _suggestion(known: Situation) -> "schema.Needs | None":
    """Messages that an agent, or a person, suggested. They hold nothing up, so whatever else is needed goes before."""
    if not known.suggestions:
        return None
    made = known.suggestions[0]
    by = made.by.removeprefix("run:").partition("/")[0]
    found = _need("decide", f"workcell inbox release {known.id} {made.id}", f"{by} suggests a message: {made.text}")
    found["options"] = []
    for one in known.suggestions:
        found["options"].append({"text": one.text, "command": f"workcell inbox release {known.id} {one.id}"})
        found["options"].append({"text": "it is not sent", "command": f"workcell inbox rm {known.id} {one.id}"})
    return found


SOURCES: "tuple[Callable[[Situation], schema.Needs | None], ...]" = (
    _full_disk,
    _changed_file,
    _question,
    _deferred,
    _proposal,
    _account,
    _unchecked,
    _held_run,
    _unstarted,
    _of_phase,
    _ended,
    _suggestion,
)
"""Every source of a need; the first that answers decides."""

_PHASES: "dict[str, tuple[schema.Need, str]]" = {
    phase.CORRUPT: ("look", "fsck"),
    phase.UNKNOWN: ("decide", "stop"),
    phase.ORPHANED: ("decide", "stop"),
    phase.INTERRUPTED: ("settle", "wait"),
    phase.LOST: ("settle", "wait"),
}
"""By phase: the kind of the need, and the verb of its command."""

ENDED: "dict[str, tuple[schema.Need, str]]" = {
    "failed": ("decide", "resume"),
    "abandoned": ("decide", "handoff"),
    "unverified": ("look", "handoff"),
    "tampered": ("look", "handoff"),
}
"""The same by outcome; passed and stopped need nothing."""


def recall(known: Situation, kept: "schema.Needs | None") -> None:
    """Take from the need that was kept with an end what depends on recipe, exit and verdict, which are not read."""
    if kept is None:
        return
    for name, cure in cures.CURES.items():
        if (kept["command"], kept.get("why")) == (cure.command.format(run=known.id), cure.why):
            known.cause = name
    again = [kept["command"], *(one["command"] for one in kept.get("options", ()))]
    option = cures.CURES[known.cause].option if known.cause else ""
    known.go_on = next((one.removesuffix(f" {option}") for one in again if one.startswith(known.go_on)), known.go_on)


def not_started(unwatched: str) -> str:
    """Why a run does not go on by itself, in words that every face uses; `unwatched` says what the watchdog lacks."""
    return f"nothing starts it by itself: {unwatched}"


def waits(known: Situation) -> "schema.Waits | None":
    """What a run waits for that is created, scheduled, or whose check waits for others in its tree; None for any other,
    and for one that is about to start.
    """
    if known.others and not known.rests:
        why = f"it runs once the turns of {_some(known.others)} in the same tree are over"
        return {"what": "turns", "until_at": known.due_at, "why": why, "account": None}
    if known.rests:
        why = f"workcell send {known.id} TEXT"
        if known.others:
            why = f"it is told of {_some(known.others)}, which it watches: workcell watches {known.id}"
        return {"what": "message", "until_at": None, "why": why, "account": None}
    if not _not_started(known):
        return None
    if known.call is not None:
        return {"what": "approval", "until_at": None, "why": asked(known.call), "account": None}
    if known.account is not None:
        hold = known.account
        return {"what": "account", "until_at": hold["until_at"], "why": _told(hold), "account": hold["account"]}
    if known.hold is not None:
        return {"what": "hold", "until_at": known.hold["until_at"], "why": known.hold["why"], "account": None}
    if known.unwatched is not None and not _just_opened(known):
        return {"what": "watchdog", "until_at": None, "why": not_started(known.unwatched), "account": None}
    if known.due_at and _seconds(known.due_at) > known.now:
        return {"what": "due", "until_at": known.due_at, "why": known.reason, "account": None}
    return None


def _some(names: "list[str]") -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _not_started(known: Situation) -> bool:
    """Whether the watchdog is to start it, and nothing runs."""
    if known.rests:
        return False
    return known.phase == phase.SCHEDULED or (known.phase == phase.CREATED and not known.later)


def _refused_live(known: Situation) -> bool:
    return known.refused and known.phase == phase.RUNNING and known.terminal and known.state != "working"


def _just_opened(known: Situation) -> bool:
    """Whether its runner may still be on its way."""
    if known.phase != phase.CREATED or known.opened_at is None:
        return False
    return 0.0 <= known.now - _seconds(known.opened_at) < YOUNG


def _told(hold: "schema.AccountHold") -> str:
    """Why an account is held, without the name of the playbook that put the hold."""
    why = str(hold.get("why") or "")
    words = {"probe": "its credential was refused", "resets": "its limit is used up", "person": "until it is released"}
    return why if why and hold["by"].get("playbook") is None else words[hold["until"]]


def _seconds(stamp: str) -> float:
    try:
        return clock.parse(stamp)
    except ValueError:
        return 0.0
