"""Every name in a workcell home and in a run directory, once."""

import os

FORMAT = 2
"""The major version of the home that this workcell writes."""

READS = (1, 2)
"""Major versions of a home, and of launch.json, that this workcell reads."""

RECORDS = (1,)
"""Major versions of every other record that this workcell reads and writes."""

# a home
README, FORMAT_FILE, CONFIG = "README", "FORMAT", "config.yaml"
TMUX_SOCKET, TMUX_CONF, SOCKET_POINTER = "tmux.sock", "tmux.conf", "SOCKET"
RUNS, WORKTREES, LEASES, HOLDS = "runs", "worktrees", "leases", "holds"
OUTBOX, WATCHDOG, CRASHES = "outbox", "watchdog", "crashes"
LEDGER, ENDED, ORDERS = "ledger", "ended", "orders"
MERGES = "merges"
ACKS, OUTCOMES = "acks", "outcomes"
PROPOSALS = "proposals"
CHILDREN, WATCHES = "children", "watches"
CHECKS = "checks"
CLAIMS, MEMBERS = "claims", ".d"
"""`MEMBERS` ends the name of the directory beside a lease that has the members of a shared tree."""
PLANS = "plans"
SUGGESTIONS = "suggestions"
TRUST = "trust"
AGENTS, ATTEND, WAKE = "agents", "attend", "wake"
RESTING = "resting"
APPROVALS, APPROVALS_LOCK = "approvals.jsonl", "approvals.lock"
RULES, APPROVAL_RULES = "rules", "approvals.yaml"
"""`rules/approvals.yaml` of a home; a repository has the file of that name in `.workcell`."""

# a run
LAUNCH, ENV, STATUS, EVENTS = "launch.json", "env.json", "status.json", "events.jsonl"
CURRENT, ATTEMPTS, USER = "current", "attempts", "user"
NO_TREE = "no-tree"
"""The directory of a run without a working tree in which it works."""
INBOX, SPOOL = "inbox", "spool"
RUNNER_LOCK, AGENT_LOCK, RUNNER_LOG, CONTROL = "runner.lock", "agent.lock", "runner.log", "control.sock"
HOLD, RESCUE, FULL_LOCK = "hold", "RESCUE.md", "full.lock"
ACTIVITY = "activity.json"
TYPED, REFUSED, SAID = "typed", "refused", "said"
EDITED, EDITS, SUGGESTED = "edited", "edits", "suggested"

# an attempt
ATTEMPT, START, EXIT, FACTS = "attempt.json", "start.json", "exit.json", "facts.json"
VERIFY, NEXT, RESULT, CAPTURE = "verify.json", "next.json", "result.json", "capture.json"
POLICY = "policy.json"
BRIEFS = "briefs"
"""Saved briefs, in the home."""

BRIEF, VERIFY_SCRIPT, HANDOFF = "brief.md", "verify.sh", "handoff.md"
AGENT_LOG, STDERR_LOG, VERIFY_LOG, AGENT_DIR = "agent.log", "stderr.log", "verify.log", "agent"
TRANSCRIPT, SUMMARY, ANALYSIS = "transcript.jsonl", "summary.json", "analysis.json"
AGENT_TIMES = "agent.times"
EXIT_SLOT = ".exit.slot"
FOREIGN = "foreign"

SEALED = (ATTEMPT, START, EXIT, FACTS, VERIFY, NEXT, RESULT)
"""The sealed files of an attempt, in the order in which writers go; readers go backward."""

LINKS = (BRIEF, VERIFY_SCRIPT, AGENT_LOG, HANDOFF, RESULT)
"""Names in a run that lead through `current` into the attempt of now."""

PINNED = (ATTEMPT, POLICY, BRIEF, VERIFY_SCRIPT)
"""Files of an attempt that the ledger knows by their hash alone, beside those that the recipe seeds."""

STAGED = ".new-"
"""Prefix of what is being made: a run or an attempt of that name was never born."""


def home() -> str:
    """The home: $WORKCELL_HOME, else ~/.workcell; always absolute."""
    named = os.environ.get("WORKCELL_HOME")
    return os.path.abspath(named or os.path.expanduser("~/.workcell"))


def home_of(run: str) -> str:
    """The home that the run's directory lies in."""
    return os.path.dirname(os.path.dirname(run))


def number(n: int) -> str:
    """An attempt's directory name: 001, 002, ..."""
    return f"{n:03d}"


def attempt(run: str, n: int) -> str:
    """The directory of attempt `n`."""
    return os.path.join(run, ATTEMPTS, number(n))


def current(run: str) -> "int | None":
    """The number that `current` points to; None when it is missing or points elsewhere."""
    try:
        target = os.readlink(os.path.join(run, CURRENT))
    except OSError:
        return None
    head, _, name = target.rpartition("/")
    return int(name) if head == ATTEMPTS and name.isdigit() else None
