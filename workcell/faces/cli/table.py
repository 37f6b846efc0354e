"""Every verb: where it is, what it does in one line, and under which heading `--help` shows it."""

RUN, LOOK, ACT, CHECK = "Run", "Look", "Act", "Check and go on"
SUPERVISE, DATA, HOUSE = "Supervise", "Data", "Keep house"

VERBS: dict[str, tuple[str, str, str]] = {
    "launch": ("launch", "Create a run from a brief and start it.", RUN),
    "resume": ("resume", "Open the next attempt of a run, from its files.", RUN),
    "stop": ("stop", "End a run.", RUN),
    "wait": ("wait", "Wait until runs are over.", RUN),
    "send": ("send", "Put a message before the agent.", ACT),
    "answer": ("answer", "Answer the dialog that is up.", ACT),
    "ls": ("ls", "List runs, those that need you first.", LOOK),
    "top": ("top", "Show the runs live.", LOOK),
    "status": ("status", "Show the state of a run and what it rests on.", LOOK),
    "what": ("what", "Say in three lines what a run does.", LOOK),
    "why": ("why", "Explain why a run ended or hangs, and what says so.", LOOK),
    "logs": ("logs", "Show what the agent wrote.", LOOK),
    "attach": ("attach", "Open a window onto the agent's terminal.", LOOK),
    "events": ("events", "Show what happened, one JSON line each.", LOOK),
    "verify": ("verify", "Run the pinned verify script again; no verdict is changed.", CHECK),
    "handoff": ("handoff", "Show what the next pass needs.", CHECK),
    "salvage": ("salvage", "List, show and restore snapshots of uncommitted work.", CHECK),
    "watchdog": ("watchdog", "Look at every run and act on what is found; put that into a timer.", SUPERVISE),
    "recover": ("recover", "Do for one run, now, what the watchdog would do.", SUPERVISE),
    "hold": ("hold", "Keep the watchdog away from a run.", SUPERVISE),
    "release": ("release", "Let a held run, and its account, go on.", SUPERVISE),
    "judge": ("judge", "Judge a run, or a directory of what an agent left.", SUPERVISE),
    "brief": ("brief", "Write and check briefs.", DATA),
    "recipe": ("recipe", "List, show and check recipes.", DATA),
    "notify": ("notify", "List where notices go, send a test, check adapter files.", DATA),
    "playbook": ("playbook", "List, show, check and try recovery playbooks.", DATA),
    "init": ("init", "Make a home, and lay down rules for a repository.", HOUSE),
    "doctor": ("doctor", "Look for what would go wrong on this machine.", HOUSE),
    "skill": ("skill", "Install the skill that tells agents how to use workcell.", HOUSE),
    "completion": ("completion", "Print the completion of a shell.", HOUSE),
    "fsck": ("fsck", "Check run directories against the format.", HOUSE),
    "gc": ("gc", "Propose and remove what is no longer needed.", HOUSE),
}
