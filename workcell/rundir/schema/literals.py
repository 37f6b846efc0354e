"""The scalar types of records: each vocabulary as a Literal, and texts and numbers that have a form."""

from typing import Annotated, Any, Literal


class Form:
    """The form of a value, as keywords of JSON Schema: `pattern` of a text, `ge` (at least) of a number.

    pydantic reads it where records are checked; no other program of workcell looks at it.
    """

    def __init__(self, **rules: str | float) -> None:
        self.rules = rules

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {**handler(source), **self.rules}


Foreign = dict[str, Any]
"""A JSON object whose keys are those of another program: what an agent records, is hooked with or is configured by."""

Time = Annotated[str, Form(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
"""RFC 3339 in UTC with milliseconds."""
Sha256 = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
"""Sixty-four hexadecimal digits."""
Seconds = Annotated[float, Form(ge=0)]
"""A duration in seconds."""
Confidence = Annotated[float, Form(ge=0, le=1)]
"""From 0 to 1."""

Phase = Literal[
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
]
Outcome = Literal["passed", "failed", "unverified", "stopped", "tampered", "abandoned"]
ActivityState = Literal["working", "question", "approval", "limited", "retrying", "idle", "unknown"]
State = Literal[
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
    "working",
    "question",
    "approval",
    "limited",
    "retrying",
    "idle",
    "passed",
    "failed",
    "unverified",
    "stopped",
    "tampered",
    "abandoned",
    "waiting",
]
VerdictName = Literal[
    "ok",
    "auth",
    "billing",
    "rate_limit",
    "usage_limit",
    "server_error",
    "network",
    "context_overflow",
    "config_error",
    "prompt",
    "partial",
    "stuck",
    "vanished",
    "tampered",
    "unknown",
]
Need = Literal["answer", "decide", "look", "release", "room", "settle", "sign-in", "start"]
Wait = Literal["due", "hold", "account", "watchdog", "approval", "message", "turns"]
WatchFor = Literal["done", "attention", "idle"]
NextWhen = Literal["approval", "message"]

SessionVia = Literal[
    "terminal", "headless", "editor", "desktop", "sdk", "background", "loop", "sub-agent", "workcell", "unknown"
]
SessionTurn = Literal["open", "asks", "ended", "failed"]
FoundIn = Literal["prompt", "answer", "command", "error", "brief", "handoff"]
Asker = Literal["person", "playbook", "run", "approval", "message"]
StartWhen = Literal["now", "later"]
AgentIo = Literal["terminal", "file"]
AgentStdin = Literal["none", "prompt"]
AgentStderr = Literal["merge", "separate"]
Switch = Literal["on", "off"]
Category = Literal["question", "docs", "tests", "fix", "refactor", "upkeep", "feature", "unknown"]
SummaryWay = Literal["local", "cloud"]
Isolation = Literal["none", "subreaper"]
CgroupKind = Literal["scope", "v2", "v1"]
ExitHow = Literal["reaped", "vanished", "not-started", "limit-wall", "limit-idle", "stopped"]
CheckEnd = Literal["exited", "limit", "tampered", "not-started"]
Continuation = Literal["native", "artifacts"]
CaptureSource = Literal["stream", "transcript", "hook"]
EvidenceSource = Literal["locks", "processes", "hook", "transcript", "terminal"]
Decision = Literal["allowed", "denied", "gone"]
RuleAnswer = Literal["allow", "deny", "ask"]
DecidedBy = Literal["rule", "person"]
PlanWhen = Literal["passed", "ended"]
PlanFailure = Literal["stop", "continue"]
PlanAct = Literal["launch", "result", "ended", "blocked", "retry"]
PlanAnswer = Literal["launched", "void", "blocked"]
PlanState = Literal["running", "blocked", "passed", "unverified", "failed", "stopped"]
PlanEntryState = Literal[
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
]
ProposalDecision = Literal["approved", "denied", "void"]
ProposalEnd = Literal["done", "failed", "denied", "void"]
RuleResult = Literal["allowed", "denied", "gone", "refused"]
RuleAsk = Literal["ask", "defer", "deny"]
RuleGate = Literal["open", "closed"]
Risk = Literal["low", "write", "network", "destructive", "secret"]
DecisionWay = Literal["terminal", "answer", "policy", "stop", "limit", "exit"]

OwnCommand = Literal["clear", "compact"]
AgentMessage = Literal["text", "answer", "interrupt", "clear", "compact"]
MessageKind = Literal["text", "answer", "interrupt", "clear", "compact", "stop"]
MessageMode = Literal["urgent", "important", "sequential"]
MessageState = Literal["queued", "typed", "accepted", "refused", "suggested", "removed"]
InboxVerb = Literal["rm", "edit", "first", "release"]
MessagePart = Literal["new", "suggested"]
SaidState = Literal["waiting", "typed", "accepted", "refused"]
TurnOutcome = Literal["passed", "failed", "none"]
OrderKind = Literal["stop", "answer", "hold", "release"]
HoldScope = Literal["run", "account"]
HoldEnd = Literal["resets", "person", "probe"]
StepWord = Literal[
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
]
ActionStep = Literal[
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
    "start",
    "settle",
    "probe",
]
LedgerOrigin = Literal["launch", "adopt"]
Timer = Literal["cron", "systemd", "launchd"]

NoticeClass = Literal["approval.risky"]
NoticeEvent = Literal[
    "started",
    "passed",
    "failed",
    "unverified",
    "stopped",
    "abandoned",
    "tampered",
    "prompt",
    "question",
    "auth",
    "billing",
    "unchecked",
    "proposal",
    "suggested",
    "limited",
    "resumed",
    "stuck",
    "escalated",
    "idle",
    "idle_long",
    "progress",
    "told",
    "checked",
]
DeliveryState = Literal["waiting", "sending", "delivered", "told", "skipped", "refused", "expired", "missing", "lost"]

AgentEventType = Literal[
    "session.started",
    "session.exited",
    "turn.started",
    "turn.completed",
    "user.prompt",
    "assistant.message",
    "tool.call",
    "tool.result",
    "approval.requested",
    "approval.resolved",
    "limit",
    "retry",
    "error",
    "status.changed",
    "annotation",
    "cost",
    "heartbeat",
    "raw",
]
FileTouch = Literal["read", "edited", "wrote", "deleted"]
EventSource = Literal["transcript", "hook", "pty", "input", "message"]
RunEventType = Literal[
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
]

VOCABULARIES = {
    "PHASES": Phase,
    "OUTCOMES": Outcome,
    "ACTIVITIES": ActivityState,
    "STATES": State,
    "VERDICTS": VerdictName,
    "NEEDS": Need,
    "WAITS": Wait,
    "WATCH_FORS": WatchFor,
    "NEXT_WHENS": NextWhen,
    "ASKERS": Asker,
    "STARTS": StartWhen,
    "AGENT_IO": AgentIo,
    "AGENT_STDIN": AgentStdin,
    "AGENT_STDERR": AgentStderr,
    "SWITCH": Switch,
    "SUMMARY_WAYS": SummaryWay,
    "CATEGORIES": Category,
    "ISOLATIONS": Isolation,
    "CGROUP_KINDS": CgroupKind,
    "EXITS": ExitHow,
    "CHECK_ENDS": CheckEnd,
    "CONTINUATIONS": Continuation,
    "CAPTURE_SOURCES": CaptureSource,
    "EVIDENCE_SOURCES": EvidenceSource,
    "DECISIONS": Decision,
    "DECISION_WAYS": DecisionWay,
    "RULE_ANSWERS": RuleAnswer,
    "DECIDERS": DecidedBy,
    "PLAN_WHENS": PlanWhen,
    "PLAN_FAILURES": PlanFailure,
    "PLAN_ACTS": PlanAct,
    "PLAN_ANSWERS": PlanAnswer,
    "PLAN_STATES": PlanState,
    "PLAN_ENTRY_STATES": PlanEntryState,
    "PROPOSAL_DECISIONS": ProposalDecision,
    "PROPOSAL_ENDS": ProposalEnd,
    "RULE_RESULTS": RuleResult,
    "RULE_ASKS": RuleAsk,
    "RULE_GATES": RuleGate,
    "RISKS": Risk,
    "OWN_COMMANDS": OwnCommand,
    "AGENT_MESSAGES": AgentMessage,
    "MESSAGE_KINDS": MessageKind,
    "MESSAGE_MODES": MessageMode,
    "MESSAGE_STATES": MessageState,
    "INBOX_VERBS": InboxVerb,
    "MESSAGE_PARTS": MessagePart,
    "SAID_STATES": SaidState,
    "TURN_CHECKS": TurnOutcome,
    "ORDER_KINDS": OrderKind,
    "HOLD_SCOPES": HoldScope,
    "HOLD_ENDS": HoldEnd,
    "STEPS": StepWord,
    "ACTION_STEPS": ActionStep,
    "LEDGER_ORIGINS": LedgerOrigin,
    "TIMERS": Timer,
    "NOTICE_EVENTS": NoticeEvent,
    "NOTICE_CLASSES": NoticeClass,
    "DELIVERY_STATES": DeliveryState,
    "AGENT_EVENTS": AgentEventType,
    "EVENT_SOURCES": EventSource,
    "SESSION_VIAS": SessionVia,
    "SESSION_TURNS": SessionTurn,
    "FOUND_IN": FoundIn,
    "FILE_TOUCHES": FileTouch,
    "RUN_EVENTS": RunEventType,
}
"""Each tuple of `rundir.vocabulary` and the Literal of the same words."""
