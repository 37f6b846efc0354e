"""Every operation of the command line and its access class: who may ask for it from inside a run."""

LOOK, WORK, PERSON = "look", "work", "person"

CLASSES = {
    LOOK: "It reads and reports. It is allowed everywhere.",
    WORK: "It starts, ends or changes work. From inside a run it is allowed within the limits of that run.",
    PERSON: "It is the decision of a person. From inside a run it is refused, unless the run was granted it.",
}

OPERATIONS = {
    "launch": WORK,
    "spawn": WORK,
    "resume": WORK,
    "adopt": PERSON,
    "stop": WORK,
    "finish": WORK,
    "wait": WORK,
    "watch": WORK,
    "unwatch": WORK,
    "send": WORK,
    "clear": WORK,
    "compact": WORK,
    "inbox ls": LOOK,
    "inbox rm": WORK,
    "inbox edit": WORK,
    "inbox first": WORK,
    "inbox release": PERSON,
    "tell": WORK,
    "note": WORK,
    "claim": WORK,
    "unclaim": WORK,
    "claims": LOOK,
    "alone": LOOK,
    "others": LOOK,
    "answer": PERSON,
    "approve": PERSON,
    "deny": PERSON,
    "approvals ls": LOOK,
    "approvals log": LOOK,
    "approvals test": LOOK,
    "ls": LOOK,
    "top": LOOK,
    "children": LOOK,
    "watches": LOOK,
    "status": LOOK,
    "report": LOOK,
    "accounts": LOOK,
    "sessions": LOOK,
    "search": LOOK,
    "feed": LOOK,
    "prompt": LOOK,
    "ack": PERSON,
    "what": LOOK,
    "why": LOOK,
    "show": LOOK,
    "logs": LOOK,
    "screen": LOOK,
    "export": LOOK,
    "replay": LOOK,
    "attach": PERSON,
    "open": PERSON,
    "diff": LOOK,
    "path": LOOK,
    "events": LOOK,
    "verify": WORK,
    "handoff": LOOK,
    "merge": PERSON,
    "salvage ls": LOOK,
    "salvage show": LOOK,
    "salvage restore": WORK,
    "watchdog tick": WORK,
    "watchdog run": PERSON,
    "watchdog install": PERSON,
    "watchdog uninstall": PERSON,
    "watchdog status": LOOK,
    "recover": WORK,
    "hold": PERSON,
    "release": PERSON,
    "judge": LOOK,
    "brief new": WORK,
    "brief lint": LOOK,
    "brief ls": LOOK,
    "brief save": PERSON,
    "brief show": LOOK,
    "config show": LOOK,
    "config lint": LOOK,
    "config edit": PERSON,
    "recipe ls": LOOK,
    "recipe show": LOOK,
    "recipe lint": LOOK,
    "notify ls": LOOK,
    "notify show": LOOK,
    "notify add": PERSON,
    "notify pause": PERSON,
    "notify resume": PERSON,
    "notify test": PERSON,
    "notify lint": LOOK,
    "playbook ls": LOOK,
    "playbook show": LOOK,
    "playbook lint": LOOK,
    "playbook test": LOOK,
    "plan ls": LOOK,
    "plan show": LOOK,
    "plan stop": WORK,
    "plan retry": WORK,
    "trust add": PERSON,
    "trust ls": LOOK,
    "trust show": LOOK,
    "trust rm": PERSON,
    "init": PERSON,
    "doctor": LOOK,
    "skill show": LOOK,
    "skill install": PERSON,
    "completion": LOOK,
    "fsck": LOOK,
    "rm": PERSON,
    "gc": LOOK,
}
"""The class of each verb, and of each verb of a verb, where no option of OPTIONS says another."""

INTERNAL = {
    "_finish": WORK,
    "_settle": WORK,
    "_wake": WORK,
    "_deliver": WORK,
    "_plan": WORK,
    "_check_turn": WORK,
    "_complete": LOOK,
    "_window": LOOK,
    "_open": LOOK,
}
"""Operations that only workcell calls. Their right to write is the lock or the terminal that they inherit."""

OPTIONS = {
    "launch": (("dry_run", LOOK), ("attach", PERSON)),
    "spawn": (("dry_run", LOOK), ("attach", PERSON)),
    "resume": (
        ("dry_run", LOOK),
        ("policy", PERSON),
        ("wall", PERSON),
        ("attempts", PERSON),
        ("cost", PERSON),
        ("force", PERSON),
    ),
    "plan retry": (("budget", PERSON),),
    "adopt": (("dry_run", LOOK),),
    "recover": (("dry_run", LOOK),),
    "attach": (("read_only", LOOK),),
    "fsck": (("rebuild", PERSON), ("accept", PERSON)),
    "gc": (("dry_run", LOOK), ("yes", PERSON)),
}
"""Options that change the class of an operation; the first one that is set decides."""

OF_DESCENDANTS = {
    "stop": None,
    "finish": None,
    "resume": None,
    "recover": None,
    "send": "urgent",
    "clear": None,
    "compact": None,
    "note": None,
    "inbox rm": None,
    "inbox edit": None,
    "inbox first": None,
}
"""Operations that reach only descendants of the run that they are called from; with an option, only if it is set."""

ALSO_OWN = ("note", "finish", "compact", "inbox rm", "inbox edit", "inbox first")
"""Those of OF_DESCENDANTS that reach the run, too, that they are called from."""

GRANTABLE = tuple(
    name
    for name, kind in OPERATIONS.items()
    if kind == PERSON
    or name in OF_DESCENDANTS
    or name == "launch"
    or any(other == PERSON for _, other in OPTIONS.get(name, ()))
)
"""Operations that `may:` of a brief can name: those that a run could not use, or not on every run, without it."""


def access(operation: str, options: "dict[str, object]") -> str:
    """The class of an operation with the options that were given, by their Python names.

    Raises KeyError for an operation that is not in the tables.
    """
    for name, kind in OPTIONS.get(operation, ()):
        if options.get(name):
            return kind
    return OPERATIONS[operation] if operation in OPERATIONS else INTERNAL[operation]


def for_a_person(operation: str, options: "dict[str, object]") -> str | None:
    """The option that makes an operation one for a person, by its Python name; None where that is no option."""
    if OPERATIONS.get(operation) == PERSON or access(operation, options) != PERSON:
        return None
    return next(name for name, _ in OPTIONS[operation] if options.get(name))


def descendants_only(operation: str, options: "dict[str, object]") -> bool:
    """Whether an operation that is called from inside a run reaches only the descendants of that run."""
    if operation not in OF_DESCENDANTS or access(operation, options) == LOOK:
        return False
    option = OF_DESCENDANTS[operation]
    return option is None or bool(options.get(option))
