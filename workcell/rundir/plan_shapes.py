"""The shapes of the records of plans, as far as readers rely on them."""

from workcell.rundir.shapes import flag, key, many, maybe, name, number, path, record, scalar, table, text, whole

OPTIONS = record(
    {
        "recipe": maybe(text),
        "repo": path,
        "dir": maybe(path),
        "worktree": maybe(text),
        "dirty": maybe(text),
        "labels": many(text),
        "group": text,
        "model": maybe(text),
        "args": many(text),
        "limits": table(scalar),
        "env": table(maybe(text)),
        "ports": table(whole),
        "notify": maybe(many(text)),
        "ignore_repo": flag,
        "share": maybe(flag),
        "standby": maybe(flag),
        "said_by": table(text),
    },
    {"tree": maybe(text), "watch": flag, "within": number},
)

ENTRY = record(
    {
        "name": name,
        "at": text,
        "brief": path,
        "text": text,
        "script": maybe(text),
        "options": OPTIONS,
        "needs": many(text),
        "when": text,
        "base": maybe(text),
        "merge": many(text),
        "race": many(text),
        "cost_usd": maybe(number),
    }
)

PLAN = record(
    {
        "id": key,
        "name": text,
        "at": text,
        "file": path,
        "key": text,
        "parent": maybe(record({"run": key, "attempt": maybe(whole)})),
        "inside": many(path),
        "may": many(text),
        "window": flag,
        "max_live": maybe(whole),
        "budget_usd": maybe(number),
        "on_failure": text,
        "entries": many(ENTRY),
    }
)

ACTION = record(
    {"n": whole, "act": text},
    {
        "at": text,
        "entry": text,
        "lane": text,
        "run": key,
        "cost_usd": maybe(number),
        "of": whole,
        "state": text,
        "attempt": maybe(whole),
        "outcome": text,
        "ended_at": maybe(text),
        "why": maybe(text),
        "hint": maybe(text),
        "files": many(text),
        "entries": many(text),
        "budget_usd": maybe(number),
        "by": text,
    },
)

WINNER = record({"entry": text, "recipe": text, "run": key, "at": text})

STOPPED = record({"at": text, "by": text, "grace_seconds": number})
