"""Every closed vocabulary of the format, once: the words that its files hold and its readers compare.

A vocabulary is a tuple, or a dictionary from each word to its definition where the documents print one. What a word
means in which file stands in `rundir.schema`, where each vocabulary has a Literal type of the same words: a test
compares the two.
"""

VERDICTS = {
    "ok": "The agent ended its turn and named no failure; whether the work is right, verify.sh says.",
    "auth": "The credential was refused, expired or is missing; another sign-in or key mends that.",
    "billing": "The account has no money or credit left; only a person can mend that.",
    "rate_limit": "Too many requests in a short time; the same request may go through within minutes.",
    "usage_limit": "A plan's allowance (5 hours, a week, a model) is used up until it resets.",
    "server_error": "The model's service failed or is overloaded; usually over by itself.",
    "network": "The service could not be reached, or the connection broke.",
    "context_overflow": "The conversation no longer fits into the model's window.",
    "config_error": "The program refused to start or the request was bad: flags, settings, model, folder.",
    "prompt": "A dialog or question is up and waits for a person.",
    "partial": "It stopped early: a question, an empty answer, refused tools, a turn or cost limit.",
    "stuck": "The turn is open, nothing is being done, and nothing more will come by itself.",
    "vanished": "The agent's process is gone and left no end: killed, crashed or rebooted away.",
    "tampered": "What judges the run was changed while it ran.",
    "unknown": "The evidence does not tell, or contradicts itself.",
}
"""Why an attempt ended or hangs."""

ACTIVITIES = {
    "working": "A turn is open: the agent thinks, or a tool runs, however silently.",
    "question": "The agent asked something and waits for the answer.",
    "approval": "A dialog asks whether something may be done.",
    "limited": "A usage limit stands until its reset time.",
    "retrying": "A request failed and is tried again by the agent itself, until a deadline.",
    "idle": "The turn is over; the agent waits for the next message.",
    "unknown": "No evidence, or only evidence that contradicts itself.",
}
"""What a live agent is doing."""

AGENT_EVENTS = {
    "session.started": "The agent opened or reopened a conversation.",
    "session.exited": "The agent said that it ends.",
    "turn.started": "It was given something to do.",
    "turn.completed": "The turn is over, with or without a failure.",
    "user.prompt": "What was put before the agent.",
    "assistant.message": "What the agent said.",
    "tool.call": "It calls a tool.",
    "tool.result": "The tool answered.",
    "approval.requested": "It asks for permission, or asks a question with a dialog.",
    "approval.resolved": "The permission was given or refused.",
    "limit": "The service told how far a limit is used, or refused because of it.",
    "retry": "A request failed and will be sent again.",
    "error": "The program itself reports a failure.",
    "status.changed": "What it does changed: it waits for the next message.",
    "annotation": "Words beside the conversation: a compaction, a notice or a warning of the program.",
    "cost": "Tokens or money spent.",
    "heartbeat": "Progress without words: thinking, a streamed part.",
    "raw": "A record that this version does not know, kept as it was, shortened.",
}

SESSION_VIAS = (
    "terminal",
    "headless",
    "editor",
    "desktop",
    "sdk",
    "background",
    "loop",
    "sub-agent",
    "workcell",
    "unknown",
)
"""Through what a session of an agent program was begun, as its own records tell; `workcell`: by a run that is gone."""

SESSION_TURNS = ("open", "asks", "ended", "failed")
"""How the last turn of a session stands: not ended; ended with a question, ended well, ended with a failure."""

FOUND_IN = ("prompt", "answer", "command", "error", "brief", "handoff")
"""In what `search` looks for words: what was asked and said, calls of tools, failures, and texts of runs."""

FILE_TOUCHES = ("read", "edited", "wrote", "deleted")
"""What a tool call does with a file."""

EVENT_SOURCES = ("transcript", "hook", "pty", "input", "message")
"""Where an event was read: the agent's records, a hook, its terminal, the keys of a person, a message to it."""

RUN_EVENTS = (
    "access.refused",
    "annotation",
    "approval.resolved",
    "attempt.ended",
    "attempt.failed-to-start",
    "attempt.started",
    "attempt.taken-up",
    "capture.failed",
    "claim.failed",
    "claim.refused",
    "facts.read",
    "hook",
    "log.dropped",
    "message.accepted",
    "message.edited",
    "message.moved",
    "message.received",
    "message.refused",
    "message.released",
    "message.removed",
    "message.sent",
    "note",
    "policy.refused",
    "proposal.decided",
    "proposal.ended",
    "recovered",
    "run.ended",
    "run.held",
    "run.released",
    "run.scheduled",
    "run.tampered",
    "spawned",
    "status.changed",
    "stop.requested",
    "turn.checked",
    "verify.ended",
    "verify.started",
    "window.not-opened",
)
"""What workcell itself writes into events.jsonl, beside what the agent records, which has a `ref`. `hook` holds the
payload of a hook, `note` what came without a type, `annotation` a note of a person or an agent (`workcell note`), which
has no `ref`. `message.sent` and `message.received` tell of texts that runs send each other, `spawned` of a child,
`proposal.decided` and `proposal.ended` of what a playbook asked a person for, `message.removed`, `message.edited`,
`message.moved` and `message.released` of changes of messages that waited, `turn.checked` of a check after a turn."""

PHASES = (
    "corrupt",
    "done",
    "unknown",
    "finishing",
    "running",
    "starting",
    "scheduled",
    "interrupted",
    "orphaned",
    "lost",
    "created",
)
"""Facts of a run from files and locks, in the order of the table in docs/format.md."""

OUTCOMES = ("passed", "failed", "unverified", "stopped", "tampered", "abandoned")
"""What result.json seals."""

STATES = tuple(dict.fromkeys((*PHASES, *ACTIVITIES, *OUTCOMES, "waiting")))
"""The one word of a run in tables: its outcome, else its activity, else its phase; `waiting` is a run on standby."""

NEEDS = ("answer", "decide", "look", "release", "room", "settle", "sign-in", "start")
"""What a run needs from a person."""

WAITS = ("due", "hold", "account", "watchdog", "approval", "message", "turns")
"""What a run that is not started waits for: its time, the end of a hold on it or on its account, a watchdog, a
person's yes or no, or, on standby, a message."""

WATCH_FORS = ("done", "attention", "idle")
"""What a watch waits for: the run is over; it is over or needs a person; it is over or has ended its turn."""

NEXT_WHENS = ("approval", "message")
"""What a run that goes on waits for beside its time. A reader that does not know the word leaves the run alone."""

# -- an attempt

ASKERS = ("person", "playbook", "run", "approval", "message")
"""Who can ask for an attempt; `approval`: a person's yes or no to what the attempt before left open; `message`: what
was sent to a run on standby."""

STARTS = ("now", "later")
"""Whether an attempt is started at once, or by a later `workcell resume`."""

AGENT_IO = ("terminal", "file")
AGENT_STDIN = ("none", "prompt")
AGENT_STDERR = ("merge", "separate")
"""What a recipe gives its agent: a terminal or a log file, what it reads, and where its errors go."""

SWITCH = ("on", "off")
"""Whether a recipe lets the records of its agent be read."""

ISOLATIONS = ("none", "subreaper")
"""How a runner stands among processes: as a subreaper it adopts what its agent's children leave behind."""

CGROUP_KINDS = ("scope", "v2", "v1")
"""How a control group is made: a slice of the user's systemd manager, a group of version 2, groups of version 1."""

EXITS = ("reaped", "vanished", "not-started", "limit-wall", "limit-idle", "stopped")
"""How an agent ended."""

CHECK_ENDS = ("exited", "limit", "tampered", "not-started")
"""How the verify script ended."""

CONTINUATIONS = ("native", "artifacts")
"""How a run goes on: in the agent's own conversation, or from the files of the run."""

CAPTURE_SOURCES = ("stream", "transcript", "hook")
"""The records of an agent that are read: its standard output, its transcript, the payloads of its hooks."""

CATEGORIES = ("question", "docs", "tests", "fix", "refactor", "upkeep", "feature", "unknown")
"""The kinds of work of a run: by the files that it changed where all are of one kind, else by its title."""

SUMMARY_WAYS = ("local", "cloud")
"""The commands of `summarize` in config.yaml, in the order in which they are asked."""

EVIDENCE_SOURCES = ("locks", "processes", "hook", "transcript", "terminal")
"""Witnesses of what an agent does, the strongest first."""

DECISIONS = ("allowed", "denied", "gone")
"""How a wait of the agent for a person ended; `gone` where nothing tells which."""

DECISION_WAYS = ("terminal", "answer", "policy", "stop", "limit", "exit")
"""What ended a wait for a person: keys of a window, a message that chose an option, the program's own rules, the end of
the agent by an order to stop, by a limit or by itself."""

RULE_ANSWERS = ("allow", "deny", "ask")
"""What a rule answers to a request of an agent; `ask` leaves it to a person."""

DECIDERS = ("rule", "person")
"""What decided a request that stands in the journal of approvals."""

RULE_RESULTS = ("allowed", "denied", "gone", "refused")
"""What came of an answer that a rule had typed: what `approval.resolved` says, or that it was not taken."""

RULE_ASKS = ("ask", "defer", "deny")
"""What an agent program is told where a rule asks: to ask at its terminal, to end and wait, or no."""

RULE_GATES = ("open", "closed")
"""Whether a hook that applies rules forbids what it fails on: `closed` where a rule denies or asks."""

RISKS = ("low", "write", "network", "destructive", "secret")
"""What could go wrong when a request is allowed, the least first: a guess by names."""

PROPOSAL_DECISIONS = ("approved", "denied", "void")
"""What became of a proposal of a playbook: a person said yes or no, or it counts no more."""

PROPOSAL_ENDS = ("done", "failed", "denied", "void")
"""How a proposal ended. `failed`: it was approved, and not all of its acts were done."""

# -- plans

PLAN_WHENS = ("passed", "ended")
"""What an entry of a plan waits for: that what it needs has passed, or that it is over."""

PLAN_FAILURES = ("stop", "continue")
"""What a plan does once a run of it has failed: start no other, or those that do not need it."""

PLAN_ACTS = ("launch", "result", "ended", "blocked", "retry")
"""What a line of the record of a plan says: a launch was begun, what came of it, a run is over, an entry cannot be
launched, a person asked to launch entries anew."""

PLAN_ANSWERS = ("launched", "void", "blocked")
"""What came of a launch of a plan. `void`: it was cut short and left no run."""

PLAN_STATES = ("running", "blocked", "passed", "unverified", "failed", "stopped")
"""How a plan stands. `blocked`: nothing of it lives, and it needs a person."""

PLAN_ENTRY_STATES = (
    "waiting",
    "running",
    "blocked",
    "passed",
    "unverified",
    "failed",
    "stopped",
    "tampered",
    "abandoned",
    "skipped",
    "gone",
)
"""How an entry of a plan stands. `skipped`: what it needs did not pass. `gone`: its run was removed before its end."""

# -- messages, orders and holds

OWN_COMMANDS = ("clear", "compact")
"""What a program does with its own conversation when it is told to: begin a new one, or compact the one that it has."""

AGENT_MESSAGES = ("text", "answer", "interrupt", *OWN_COMMANDS)
"""Kinds of messages for the agent itself, which are typed into its terminal."""

MESSAGE_KINDS = (*AGENT_MESSAGES, "stop")
"""Kinds of messages in an inbox."""

MESSAGE_MODES = ("urgent", "important", "sequential")
"""When a text is typed, the hastiest first: at once, after the turn, when the agent is idle."""

MESSAGE_STATES = ("queued", "typed", "accepted", "refused", "suggested", "removed")
"""How far a message has come: the directory that it is in says it. `suggested`: it waits for a person to release it;
`removed`: it was taken out before it was typed, and another one may stand in its place."""

INBOX_VERBS = ("rm", "edit", "first", "release")
"""What can be done with a message that waits."""

MESSAGE_PARTS = ("new", "suggested")
"""Directories of an inbox whose messages can still be changed."""

SAID_STATES = ("waiting", "typed", "accepted", "refused")
"""What the record of a message says became of it."""

TURN_CHECKS = ("passed", "failed", "none")
"""What a sender is told of the check after the turn of its message; `none`: none was run."""

ORDER_KINDS = ("stop", "answer", "hold", "release")
"""What a person or a policy can order; a message of such a kind counts only with its order."""

HOLD_SCOPES = ("run", "account")
HOLD_ENDS = ("resets", "person", "probe")
"""What a playbook can hold, and what ends its hold."""

STEPS = (
    "notify",
    "wait_until",
    "nudge",
    "answer",
    "interrupt",
    "stop",
    "resume",
    "snapshot",
    "repair_socket",
    "hold",
    "release",
    "verify",
    "ask",
    "escalate",
)
"""What a playbook can do."""

ACTION_STEPS = (*STEPS, "start", "settle", "probe")
"""What the watchdog's record of actions can name: the steps of playbooks, and what it does without one."""

LEDGER_ORIGINS = ("launch", "adopt")
"""What made a ledger: a launch, or the first resume of a run of format 1."""

TIMERS = ("cron", "systemd", "launchd")
"""What can start the watchdog each minute."""

# -- notices

NOTICE_CLASSES = ("approval.risky",)
"""Classes of notices that pass the quiet hours of adapters: an approval whose risk is `destructive` or `secret`."""

NEEDS_YOU = ("prompt", "question", "auth", "billing", "unchecked", "proposal", "suggested")
"""Notices of what waits for a person."""

NOTICE_EVENTS = (
    "started",
    "passed",
    "failed",
    "unverified",
    "stopped",
    "abandoned",
    "tampered",
    *NEEDS_YOU,
    "limited",
    "resumed",
    "stuck",
    "escalated",
    "idle",
    "idle_long",
    "progress",
    "told",
    "checked",
)
"""What a notice can tell."""

DELIVERED = ("delivered", "told", "skipped")
UNDELIVERED = ("refused", "expired", "missing", "lost")
DELIVERY_STATES = ("waiting", "sending", *DELIVERED, *UNDELIVERED)
"""What became of a notice at one destination: still to do, settled well, settled badly."""

DATA_KINDS = ("recipes", "recovery", "adapters", "templates")
"""Folders of data files that a person writes, in a home and in `.workcell/` of a repository."""
