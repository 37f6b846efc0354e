"""The closed lists of words that stand in the files of a run, each with its one-line definition."""

VERDICTS = {
    "ok": "The agent ended its turn and named no failure; whether the work is right, verify.sh says.",
    "auth": "The credential was refused, expired or is missing; trying again changes nothing.",
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

EVENTS = {
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
    "status.changed": "Something about the session changed: compaction, a notice, a title.",
    "cost": "Tokens or money spent.",
    "heartbeat": "Progress without words: thinking, a streamed part.",
    "raw": "A record that this version does not know, kept as it was, shortened.",
}

SOURCES = ("transcript", "hook", "terminal", "runner", "inbox")
