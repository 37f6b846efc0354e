"""Acting on what a tick found: who died is handed over, what is due is started, playbooks are followed."""

import os

from workcell.accounts import holds
from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.cleaning import run_cleaner
from workcell.evidence import verdict as judging
from workcell.finish import decide, finish, settle
from workcell.judgement import choice
from workcell.launch import resume, start
from workcell.rundir import layout, look, phase, pinned, spool
from workcell.system import tmux
from workcell.texts import playbooks
from workcell.texts.playbook import Playbook
from workcell.trust import policy
from workcell.watch import accounts, caps, findings, looping, observe, steps
from workcell.watch import tmux_health as servers
from workcell.watch.actions import Actions

FINISHES = 4
"""So many finishes at once, with their verify scripts: a reboot of fifty runs must not become fifty builds."""

STARTS = 8
"""So many attempts are started in one tick; the others follow a minute later."""

START_LIMITS = {
    **{"per_run": 5, "per_account": 1000, "per_hour": 60, "cooldown": 60.0},
    "backoff": {"first": 60.0, "factor": 2.0, "max": 3600.0, "jitter": 0.2},
}
"""For starting what was launched and never begun: no playbook speaks of it."""

RESUME_LIMITS = {**START_LIMITS, "per_run": 20}
"""For going on by a playbook that is not there any more."""

ASKED = 180.0
"""Seconds after a request for permission in which a run that shows no dialog is looked at in every tick."""

NEVER = 10 * 365 * 86400.0


class Acting:
    """What one tick shares between its acts."""

    def __init__(
        self, home: str, memory: observe.Memory, actions: Actions, answer: servers.Answer | None = None
    ) -> None:
        self.home, self.memory, self.actions, self.now = home, memory, actions, memory.now
        self.answer = answer
        self.did: list[str] = []
        self.begun: set[str] = set()
        """Accounts on which a run has been started in this tick: they are woken one by one."""
        self.starts = 0
        self._books: dict[str | None, list[Playbook]] = {}

    def books(self, seen: look.Look | None) -> list[Playbook]:
        """The playbooks that hold for the run, or for none; each policy is read once."""
        wanted = pinned.expected(seen) if seen is not None else None
        if wanted not in self._books:
            self._books[wanted] = policy.books(self.home, seen if wanted else None)[0]
        return self._books[wanted]

    def mandate(self, seen: look.Look) -> int:
        """The attempt that a person last asked for: from there caps are counted."""
        for n in range(seen.n, 0, -1):
            attempt = look.record_at(seen, n, layout.ATTEMPT) or {}
            if (attempt.get("asked_by") or {}).get("who") == "person":
                return n
        return 1

    def hush(self, seen: look.Look, word: str, seconds: float) -> None:
        findings.hush(self.memory.of(seen), word, self.now, seconds)


def act(
    home: str,
    memory: observe.Memory,
    todo: list[tuple[look.Look, str]],
    answer: servers.Answer | None,
    finishing: int,
    budget: float,
) -> list[str]:
    """Do what there is to do; a line for each act. `finishing` counts the finishes that are at work already."""
    begun = clock.monotonic()
    acting = Acting(home, memory, Actions(home, memory.now), answer)
    _settle_intents(acting)
    acting.did += accounts.look_after(home, acting.actions, memory.now)
    if answer is not None and answer.trouble == servers.SILENT:
        tmux.waited_in_vain(tmux.of(home).socket, servers.TIMEOUT)  # this tick has asked, and asks no more
    if answer is not None and answer.trouble:
        _server(acting, answer)
    order = ("settle", "judge", "start", "due", "orphan", "unknown", "corrupt", "starting", "read")
    for seen, word in sorted(todo, key=lambda one: order.index(one[1])):
        if clock.monotonic() - begun > budget:
            break
        try:
            if word == "settle":
                finishing += _hand_over(acting, seen, finishing)
            elif _not_as_pinned(acting, seen, word):
                continue
            elif word == "start":
                _start(acting, seen)
            elif word == "due":
                _due(acting, seen)
            elif word == "judge" or (word == "read" and looping.read(seen)):
                _judge(acting, seen)
            elif word == "read":
                continue
            else:
                _follow(acting, seen, word, {"verdict": "unknown", "confidence": 1.0, "signals": [word]}, word)
        except WorkcellError as error:
            # one run that cannot be helped must not keep the watchdog from the others
            acting.did.append(f"{seen.id}: {word}: {error.message}")
            acting.hush(seen, word, 300.0)
    if not acting.did:
        return []
    cleaner = run_cleaner.of_runs(seen.run for seen, _ in todo)
    return [cleaner.line(line) for line in acting.did]


def _not_as_pinned(acting: Acting, seen: look.Look, word: str) -> bool:
    """Whether the run's policy may not be acted on; then a person is told, once an hour at most, and nothing is done.

    A run whose intent cannot be read has no policy either: its playbooks are those of the home alone.
    """
    trouble = policy.read(seen).trouble if seen.attempt is not None else None
    if trouble is None:
        return False
    decide.post(acting.home, seen, "escalated", {"why": trouble, "command": f"workcell status {seen.id}"}, "policy")
    spool.note(seen.run, "policy.refused", attempt=seen.n, why=trouble)
    acting.hush(seen, word, 3600.0)
    acting.did.append(f"{seen.id}: {word}: nothing is done: {trouble}")
    return True


def _settle_intents(acting: Acting) -> None:
    """Acts of a tick that was killed between intent and result: what came of them is read from the run."""
    for one in acting.actions.open_intents():
        run = os.path.join(acting.home, layout.RUNS, str(one.get("run")))
        state, words = "unknown", "the watchdog was killed in the act, and nothing tells what came of it"
        seen = look.at(run) if one.get("run") and os.path.isdir(run) else None
        if seen is not None and one.get("step") in ("resume", "start", "settle"):
            wanted = int(one.get("attempt") or 0) + (one["step"] == "resume")
            sign = layout.EXIT if one["step"] == "settle" else layout.START
            done = seen.n > wanted or (seen.n == wanted and sign in seen.stands)
            state = "done" if done else "not done"
            words = f"the watchdog was killed in the act; now the run is {seen.phase} in attempt {seen.n}"
        elif one.get("step") in ("nudge", "answer", "interrupt", "stop") and seen is not None:
            state = steps.delivered(run, str(one.get("message"))) or "not done"
            words = "the watchdog was killed in the act; the inbox of the run tells how far it came"
        acting.actions.result(int(one["n"]), state, words, settled=True)
        acting.did.append(f"{one.get('run')}: settled the intent to {one.get('step')}: {state}")


def _hand_over(acting: Acting, seen: look.Look, finishing: int) -> int:
    """Give a dead run to a process of its own; 1 if that was done."""
    if finishing >= FINISHES:
        return 0
    tries = sum(
        1
        for one in acting.actions.lines
        if (one.get("run"), one.get("attempt"), one.get("step")) == (seen.id, seen.n, "settle")
        and acting.actions.ago(one) < caps.HOUR
    )
    if tries >= 5:
        text = f"it is {seen.phase}, and {tries} processes that were to settle it died"
        decide.post(acting.home, seen, "escalated", {"why": text, "command": f"workcell resume {seen.id}"}, "settle")
        acting.hush(seen, "settle", 1800.0)
    number = acting.actions.intent(run=seen.id, attempt=seen.n, step="settle", why=f"it is {seen.phase}: {seen.why}")
    done = settle.hand_over(seen.run, seen)
    acting.actions.result(number, "done" if done else "not done", "handed to a process of its own" if done else "")
    acting.did.append(f"{seen.id}: {'settles' if done else 'is being settled'} ({seen.phase})")
    return int(done)


def _start(acting: Acting, seen: look.Look) -> None:
    """Start what was launched, or opened by a resume, and never begun."""
    account = holds.account(seen.run, seen.attempt or {})
    if not _may_start(acting, seen, account, "start", START_LIMITS, "start"):
        return
    number = acting.actions.intent(
        run=seen.id, attempt=seen.n, step="start", playbook="start", account=account, why="created and not started"
    )
    try:
        now = start.runner(seen.run, seen.n)
        start_window(acting.home, seen)
    except WorkcellError as error:
        acting.actions.result(number, "failed", error.message)
        acting.did.append(f"{seen.id}: start: {error.message}")
        return
    acting.actions.result(number, "done", f"it is {now.phase}")
    acting.did.append(f"{seen.id}: started attempt {seen.n}")


def start_window(home: str, seen: look.Look) -> None:
    """Open a window where windows are used in this home; where not, nobody waits for tmux."""
    if os.path.exists(tmux.of(home).socket):
        start.window(home, seen.run, seen.n)


def _may_start(
    acting: Acting, seen: look.Look, account: str | None, playbook: str, limits: dict[str, object], word: str
) -> bool:
    """Whether holds and caps let an attempt be started now; what waits is left alone until it may."""
    if acting.starts >= STARTS or (account is not None and account in acting.begun):
        return False
    if holds.held(acting.home, account, acting.now.wall):
        return False
    verdict = caps.check(
        acting.actions, limits, run=seen.id, playbook=playbook, account=account, since=acting.mandate(seen)
    )
    if verdict.allowed:
        acting.starts += 1
        if account is not None:
            acting.begun.add(account)
        return True
    if verdict.final:
        _give_up(acting, seen, verdict.why or "", word)
    else:
        acting.hush(seen, word, min(verdict.wait, 600.0))
    return False


def _give_up(acting: Acting, seen: look.Look, why: str, word: str) -> None:
    """Past a cap: a run that was to go on is abandoned, one that was never started waits; a person is told."""
    if seen.phase == phase.SCHEDULED:
        with settle.take(seen.run, seen) as held:
            finish.close(seen.run, look.at(seen.run, holding=True), "abandoned", why, held)
        decide.post(acting.home, seen, "abandoned", {"why": why})
    decide.post(acting.home, seen, "escalated", {"why": why}, word)
    acting.hush(seen, word, NEVER)
    acting.did.append(f"{seen.id}: {why}")


def _due(acting: Acting, seen: look.Look) -> None:
    """Open the next attempt of a run that goes on."""
    after = seen.next or {}
    name = str(after.get("playbook") or "due")
    book = next((one for one in acting.books(seen) if one.name == name), None)
    account = holds.account(seen.run, seen.attempt or {})
    if not _may_start(acting, seen, account, name, book.limits if book else dict(RESUME_LIMITS), "due"):
        return
    why = str(after.get("reason") or "it is due")
    number = acting.actions.intent(
        **{"run": seen.id, "attempt": seen.n, "step": "resume", "how": after.get("how"), "playbook": name},
        account=account,
        why=why,
    )
    request = resume.Request(
        acting.home,
        seen.run,
        native=after.get("how") == "native",
        attempt=seen.n,
        window=os.path.exists(tmux.of(acting.home).socket),
        by={"who": "playbook", "playbook": name, "why": why, "act": number},
    )
    try:
        done = resume.resume(request)
    except WorkcellError as error:
        acting.actions.result(number, "refused", error.message)
        acting.did.append(f"{seen.id}: resume: {error.message}")
        decide.post(acting.home, seen, "escalated", {"why": f"{name} cannot go on: {error.message}"}, "resume")
        return
    acting.actions.result(number, "done", f"attempt {done.attempt} is {done.phase}, {done.how}")
    spool.note(seen.run, "recovered", playbook=name, attempt=done.attempt, how=done.how, why=why)
    opened = look.at(seen.run)
    decide.post(acting.home, opened, "resumed", {"why": why, "attempts": done.attempt})
    acting.did.append(f"{seen.id}: {name}: opened attempt {done.attempt} ({done.how})")


def _judge(acting: Acting, seen: look.Look) -> None:
    """A live run that is silent or said something telling: what does it do, and does a playbook speak of it?"""
    books = acting.books(seen)
    found = judging.judge_live(seen, playbooks.signals(books), acting.now.wall)
    mine = acting.memory.of(seen)
    verdict, activity = found["verdict"], found["activity"]
    begun = _begun(acting, seen, books) if activity["state"] == "idle" else None
    if begun is not None:
        # what was interrupted is idle, as it should be, and waits for the word that its playbook still owes it
        _follow(acting, seen, "judge", {**verdict, "activity": "idle"}, begun[1], begun[0])
        return
    loop = looping.find(seen, found, mine, acting.now)
    if loop is not None:
        verdict = {**verdict, "signals": [looping.NAME, *verdict["signals"]], "loop": loop["words"]}
        found["edge"] = f"{looping.NAME}/{loop['key']}"
    left_alone = activity["state"] in ("working", "retrying")  # a program that tries again goes on by itself
    if (left_alone and loop is None) or not _speaks(books, verdict, activity):
        mine.pop("open", None)
        if _just_asked(found["asked"], acting.now):
            # the hook comes before the dialog: look again at the next tick, without another event
            mine["open"] = "asked"
            acting.hush(seen, "judge", 0.0)
            return
        acting.hush(seen, "judge", 60.0)
        return
    _follow(acting, seen, "judge", {**verdict, "activity": activity["state"]}, found["edge"])


def _just_asked(at: str | None, now: observe.Now) -> bool:
    """Whether the agent asked for permission a short while ago, and nothing tells that it was given."""
    try:
        return at is not None and 0.0 <= now.wall - clock.parse(at) < ASKED
    except ValueError:
        return False


def _begun(acting: Acting, seen: look.Look, books: list[Playbook]) -> tuple[Playbook, str] | None:
    """The playbook, and its incident, that has interrupted the agent in this attempt and is not through."""
    for one in reversed(acting.actions.lines):
        if (one.get("run"), one.get("attempt")) == (seen.id, seen.n) and one.get("step") in caps.ACTS:
            book = next((book for book in books if book.name == one.get("playbook")), None)
            return (book, str(one.get("edge"))) if one["step"] == "interrupt" and book is not None else None
    return None


def _speaks(books: list[Playbook], verdict: dict[str, object], activity: dict[str, object]) -> bool:
    return choice.choose(books, finding(phase.RUNNING, {**verdict, "activity": activity["state"]}))[0] is not None


def finding(where: str, verdict: dict[str, object]) -> dict[str, object]:
    """What was found, as playbooks are chosen by it."""
    return {
        "verdict": verdict.get("verdict"),
        "phase": where,
        "activity": verdict.get("activity"),
        "evidence": verdict.get("signals") or [],
        "confidence": verdict.get("confidence") or 0.0,
    }


def _follow(
    acting: Acting,
    seen: look.Look,
    word: str,
    verdict: dict[str, object],
    edge: str,
    begun: Playbook | None = None,
) -> None:
    """Carry out the next step of the playbook that holds for a run that is not over, or of the one that has begun."""
    mine = acting.memory.of(seen)
    book, fit = choice.choose(acting.books(seen), finding(seen.phase, verdict))
    if begun is not None:
        book, fit = begun, ["it has begun"]
    if book is None:
        acting.hush(seen, word, 3600.0)
        return
    if mine.get("open") != f"{book.name}/{edge}":
        mine["open"], mine["opened"] = f"{book.name}/{edge}", acting.now.mono
    case = steps.Case(
        home=acting.home,
        seen=seen,
        book=book,
        fit=fit,
        verdict=verdict,
        edge=edge,
        account=holds.account(seen.run, seen.attempt or {}) if seen.attempt else None,
        actions=acting.actions,
        now=acting.now,
        since=acting.mandate(seen),
        seen_for=acting.now.mono - float(mine["opened"]),
        attached=acting.answer is not None and acting.answer.attended(seen.id),
    )
    done, rest = steps.advance(case)
    acting.did += [f"{seen.id}: {book.name}: {one}" for one in done]
    acting.hush(seen, word, rest)


def _server(acting: Acting, answer: servers.Answer) -> None:
    """A tmux that lost its socket or does not answer: runs go on without it, so no run's state is touched."""
    books = acting.books(None)
    book, _ = choice.choose(books, {"evidence": [answer.trouble], "confidence": 1.0})
    if book is None:
        return
    who = acting.memory.tmux.get("server")
    mine = acting.memory.tmux.setdefault("trouble", {"word": answer.trouble, "first": acting.now.mono})
    if mine["word"] != answer.trouble:
        mine.update(word=answer.trouble, first=acting.now.mono)
    acting.did += steps.repair(acting.home, book, answer, who, acting.actions, acting.now)
