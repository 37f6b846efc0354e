"""Why an attempt ended or hangs: structured records first, then the end of the screen, never a whole log."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from workcell.base import clock
from workcell.judgement import reset
from workcell.judgement import screen as screens
from workcell.judgement import signals as firing
from workcell.judgement.evidence import Evidence, item
from workcell.judgement.session import Session
from workcell.judgement.signals import Fired, Signal

Material = dict[str, Any]
"""All that is judged, as plain data:

agent       claude, codex, …
reader      whether what that agent records can be read; absent is yes. Of any other program exit 0 proves nothing
records     [{file, kind: stream | transcript | hook, session, said_at: epoch}]
frames      [{name, rows}] rendered screens, oldest first; the last one is how it stands
stdout      the words on stdout that are no records, or None
stdout_asks whether they end with a question
stderr      its text, or None
exit        {code, signal, how: as in exit.json, ended_by: time | None} or None while it runs
processes   {killed: bool, left: [words]} or None
bounds      [words] on limits of memory and processes that were hit; may be absent
tampered    what was changed, or None
now         epoch; `local` the zone that the agent's words without a zone are in
"""

Verdict = dict[str, Any]

CONFLICT = 0.85
_HARMLESS = ("network", "server_error")
"""What the last line on stderr may tell of a program ended in the middle: a tool's output may be that
line, and a wrong word here costs a pause, while one on a credential or a limit stops a whole account."""
STUCK_SECONDS = 120
"""A spinner's clock that moved on by this much, without one token more, is no progress."""


def judge(material: Material, signals: Sequence[Signal]) -> Verdict:
    """{verdict, confidence, evidence, signals, judged, resets_at?, resets_zone?, prompt?, ...}"""
    case = _Case(material, signals)
    if material.get("tampered"):
        case.claim(item("locks", "tampered", 1.0, str(material["tampered"])))
        return case.close(case.claims[0])
    for record in material.get("records") or []:
        case.on_record(record)
    shown = case.on_frames()
    case.on_exit()
    return case.close(case.choose(shown))


class _Case:
    """The claims gathered from one material, and what speaks for and against each."""

    def __init__(self, material: Material, signals: Sequence[Signal]) -> None:
        self.material = material
        self.signals = signals
        self.agent: str = material["agent"]
        self.reads = bool(material.get("reader", True))
        self.now: float = material["now"]
        self.local: tzinfo | None = material.get("local")
        self.claims: list[Evidence] = []
        self.open: list[tuple[Session, str]] = []
        self.judged: list[str] = []
        self.screen: dict[str, Any] | None = None

    def claim(self, one: Evidence) -> Evidence:
        self.claims.append(one)
        return one

    # -- structured records

    def on_record(self, record: dict[str, Any]) -> None:
        s: Session = record["session"]
        if not s["events"]:
            return
        self.judged.append(record["file"])
        source = "hook" if record["kind"] == "hook" else "transcript"
        said_at = record.get("said_at") or self.now
        if s["end"] and s["turn"] == "done":
            self._ended(s, source, record, said_at)
        else:
            self._unended(s, source, record, said_at)

    def _ended(self, s: Session, source: str, record: dict[str, Any], said_at: float) -> None:
        end, kind = s["end"], record["kind"]
        sure = {"stream": 0.97, "transcript": 0.95, "hook": 0.9}[kind]
        base = {"time": end["at"], "file": record["file"], "kind": kind, "final": True}
        if end.get("ok"):
            self.claim(_how_it_ended(s, source, sure, base))
            return
        if end.get("reason") == "interrupted":
            self.claim(item(source, "partial", 0.7, "a person interrupted it", **base))
            return
        if kind == "stream" and (self.material.get("exit") or {}).get("code") == 0:
            # both programs end with 1 after such a record; a plain answer may well hold one as text
            words = f"a record says that it failed, its exit code that it did not: {end['text']}"
            self.claim(item(source, "unknown", 0.4, words, **base))
            return
        fired = self._fire(s, said_at)
        if not fired:
            self.claim(item(source, "unknown", 0.4, f"it failed: {end['text']}", failed=True, **base))
            return
        self.claim(self._fired(fired, source, sure, s, base))

    def _unended(self, s: Session, source: str, record: dict[str, Any], said_at: float) -> None:
        base = {"time": s["last_at"], "file": record["file"], "kind": record["kind"]}
        if s["retry"]:
            fired = firing.on_record(self.signals, self.agent, "retry", s["retry"], said_at, self.local)
            if fired:
                self.claim(self._fired(fired, source, 0.9, s, {**base, "final": True, "retrying": True}))
                return
        if s["exited"] == "prompt_input_exit" and s["turn"] == "open":
            self.claim(item(source, "partial", 0.6, "a person left in the middle of a turn", **base))
            return
        if s["exited"] and s["turn"] == "open":
            words = f"the session ended ({s['exited']}) in the middle of a turn"
            self.claim(item(source, "vanished", 0.85, words, **base))
            return
        if s["approval"]:
            asked = s["approval"]
            self.claim(item(source, "prompt", 0.85, asked["text"] or "it asks for permission", **base))
        if s["turn"] == "open":
            self.open.append((s, source))
            words = _what_runs(s) or "the turn is open"
            self.claim(item(source, "unknown", 0.3, words, **base))

    def _fire(self, s: Session, said_at: float) -> list[Fired]:
        fired: list[Fired] = []
        # what was told before the last word may have been got over: it counts only without a last word
        for error in [one for one in s["errors"] if one.get("final")] or s["errors"]:
            fired += firing.on_record(self.signals, self.agent, "error", error, said_at, self.local)
        fired += firing.on_record(self.signals, self.agent, "turn.completed", s["end"], said_at, self.local)
        if s["limit"]:
            fired += firing.on_record(self.signals, self.agent, "limit", s["limit"], said_at, self.local)
        return firing.sure_first(fired)

    def _fired(self, fired: list[Fired], source: str, sure: float, s: Session, base: dict[str, Any]) -> Evidence:
        best = fired[0]
        resets = _structured_reset(s, self.now) if best["verdict"] == "usage_limit" else None
        resets = resets or next((one["reset"] for one in fired if one["reset"]), None)
        return item(
            source,
            best["verdict"],
            min(sure, best["confidence"]),
            best["words"],
            signals=_names(fired),
            reset=resets,
            waits=s["waits"],
            **base,
        )

    # -- the screen

    def on_frames(self) -> screens.Screen:
        frames = self.material.get("frames") or []
        if not frames:
            return {"kind": "unknown", "text": ""}
        read = [screens.read(frame["rows"], self.agent) for frame in frames]
        last, name = read[-1], str(frames[-1]["name"])
        self.judged.append(name)
        self.screen = {"frame": name, "kind": last["kind"], "text": last["text"][:600]}
        if last["kind"] == "dialog":
            self._dialog(last, name, 0.9)
        elif last["kind"] in ("busy", "notice", "page"):
            region = {"busy": "status", "notice": "notice", "page": "page"}[last["kind"]]
            fired = firing.on_text(self.signals, self.agent, "screen", last["text"], self.now, self.local, region)
            if fired:
                best = fired[0]
                sure = 0.9 if last.get("sure") else 0.8
                when = next((one["reset"] for one in fired if one["reset"]), None)
                self.claim(
                    item(
                        "terminal",
                        best["verdict"],
                        min(sure, best["confidence"]),
                        best["words"],
                        signals=_names(fired),
                        reset=when,
                        frame=name,
                        retrying=True if last["kind"] == "busy" else None,
                        waits=last.get("warned"),
                    )
                )
        if last["kind"] == "busy" and not last.get("tool") and _no_progress(read):
            words = "its clock runs on and not one token more came"
            self.claim(item("terminal", "stuck", 0.6, words, frame=name))
        if last["kind"] == "idle" and last.get("done") and self.reads:
            words = "its turn is over and it waits for a message"
            self.claim(item("terminal", "ok", 0.55, words, frame=name))
        earlier = [(one, str(f["name"])) for one, f in zip(read, frames, strict=True) if one["kind"] == "dialog"]
        if earlier and last["kind"] == "idle":
            dialog, at = earlier[-1]
            self._dialog(dialog, at, 0.6, "was up earlier: ")
        return last

    def _dialog(self, dialog: screens.Screen, name: str, sure: float, before: str = "") -> None:
        words = dialog["text"]
        # the options first: they are the program's own words; above them stands what the agent wants
        options = " ".join(f"{o['n']}. {o['text']}" if o["n"] else o["text"] for o in dialog["options"])
        text = f"{options} | {words}"
        fired = firing.on_text(self.signals, self.agent, "screen", text, self.now, self.local, "dialog")
        says = fired[0]["verdict"] if fired else "prompt"
        safe = next((one["safe"] for one in fired if one["safe"]), None)
        prompt = {
            "text": words,
            "question": dialog["question"],
            "options": dialog["options"],
            "safe": _option(dialog, safe) or dialog["safe"],
        }
        more: dict[str, Any] = {"signals": _names(fired) or None, "frame": name, "prompt": prompt}
        more["reset"] = next((one["reset"] for one in fired if one["reset"]), None)
        self.claim(item("terminal", says, sure, f"{before}{dialog['question'] or words}", **more))

    # -- how the process ended

    def on_exit(self) -> None:
        exit_, processes = self.material.get("exit"), self.material.get("processes")
        if processes and processes.get("killed"):
            left = processes.get("left") or []
            words = "its terminal was taken away in the middle" if self.open else "its terminal was taken away"
            also = f"; {len(left)} of its processes live on" if left else ""
            self.claim(item("processes", "vanished", 0.85, words + also))
        for words in self.material.get("bounds") or []:
            self.claim(item("processes", "partial", 0.86, words))
        if not exit_:
            return
        code = exit_.get("code")
        how = exit_.get("how")
        if how == "vanished":
            self.claim(item("locks", "vanished", 0.9, "its process is gone and nobody saw it end"))
        elif how == "not-started":
            self.claim(item("locks", "config_error", 0.85, "the program could not be started at all"))
        elif how == "stopped":
            self.claim(item("locks", "unknown", 0.9, "a person stopped it"))
        elif exit_.get("ended_by") == "time" or how in ("limit-wall", "limit-idle"):
            self._out_of_time()
        elif exit_.get("signal") or (code is not None and (code < 0 or code in (129, 130, 131, 134, 137, 139, 143))):
            signal = exit_.get("signal") or abs(code) % 128
            self.claim(item("locks", "vanished", 0.8, f"ended by signal {signal}"))
        elif code:
            self._failed(code)
        elif code == 0:
            self._plain()

    def _out_of_time(self) -> None:
        last = _telling(self.material.get("stderr"), "stderr")[-1:]
        for line in last:
            fired = firing.on_text(self.signals, self.agent, "stderr", line, self.now, self.local)
            if fired and fired[0]["verdict"] in _HARMLESS:
                best = fired[0]
                more: dict[str, Any] = {"signals": _names(fired), "retrying": True}
                self.claim(item("terminal", best["verdict"], min(0.7, best["confidence"]), best["words"], **more))
                return
        if "Reconnecting..." not in "".join(last):
            for s, source in self.open:
                if not (s["open"] or s["retry"] or s["approval"] or s["tool_cut"]):
                    words = "the turn was open, no tool ran and no request was tried again when its time was up"
                    self.claim(item(source, "stuck", 0.6, words))
                    return
        self.claim(item("locks", "unknown", 0.3, "ended from outside when its time was up"))

    def _failed(self, code: int) -> None:
        fired: list[Fired] = []
        for source in ("stderr", "stdout"):
            for line in _telling(self.material.get(source), source):
                fired += firing.on_text(self.signals, self.agent, source, line, self.now, self.local)
        fired = firing.sure_first(fired)
        if fired:
            best = fired[0]
            when = next((one["reset"] for one in fired if one["reset"]), None)
            sure = min(0.85, best["confidence"])
            self.claim(
                item(
                    "terminal",
                    best["verdict"],
                    sure,
                    best["words"],
                    signals=_names(fired),
                    reset=when,
                    exit=code,
                )
            )
        elif self.open:
            self.claim(item("locks", "vanished", 0.5, f"ended with {code} in the middle of a turn"))
        else:
            self.claim(item("locks", "unknown", 0.3, f"ended with {code}"))

    def _plain(self) -> None:
        text = self.material.get("stdout")
        if text is None or any(one.get("final") for one in self.claims):
            return
        if self.material.get("stdout_asks"):
            self.claim(item("terminal", "partial", 0.7, f"it ended with a question: {_last_line(text)}"))
        elif not self.reads:
            # such programs end with 0 after a refused key, too
            words = "it ended with 0, and its records cannot be read: that says nothing"
            self.claim(item("locks", "unknown", 0.3, words))
        elif not text.strip():
            self.claim(item("terminal", "partial", 0.6, "it ended with 0 and without a word"))
        else:
            self.claim(item("terminal", "ok", 0.7, f"it ended with 0: {_last_line(text)}"))

    # -- the choice

    def choose(self, shown: screens.Screen) -> Evidence | None:
        """The claim that decides. A failure that the program recorded goes first, then a dialog that is up,
        then an end that it recorded, then what the screen and the exit tell."""
        chosen = self._choose(shown)
        if chosen and chosen["says"] == "ok" and self.material.get("bounds"):
            # whatever it said of its end, something of it was killed or refused on the way
            return _best(one for one in self.claims if one["says"] == "partial" and one["source"] == "processes")
        return chosen

    def _choose(self, shown: screens.Screen) -> Evidence | None:
        said = [one for one in self.claims if one["says"] != "unknown"]
        if shown["kind"] == "busy":  # while a dialog is up no spinner turns: what was asked has been answered
            said = [one for one in said if one["says"] != "prompt" or one["source"] == "terminal"]
        recorded = [one for one in self.claims if one.get("final") and one["source"] in ("hook", "transcript")]
        # of two records of one good end the one that saw a refusal or a question saw more
        ended = min(recorded, key=_word_of, default=None)
        if ended and ended["says"] == "ok":
            ended = _best(one for one in recorded if one["says"] == "partial") or ended
        gone = _best(one for one in said if one["says"] == "vanished")
        if ended and ended["says"] not in ("ok", "partial", "unknown"):
            return ended
        dialog = _best(one for one in said if one["says"] == "prompt" and one["confidence"] >= 0.7)
        if gone and not (ended and ended["says"] == "partial") and not (ended and gone["confidence"] < 0.85):
            return gone
        if dialog and shown["kind"] in ("dialog", "unknown", "page"):
            return dialog
        if ended and ended["says"] != "unknown":
            return ended
        return _best(said) or ended

    def close(self, best: Evidence | None) -> Verdict:
        """The verdict as it is stored: what decided, all that was found, and what was looked at."""
        ranked = sorted(self.claims, key=lambda one: (one is not best, one["rank"], -one["confidence"]))
        verdict = best["says"] if best else "unknown"
        against = sum(
            1 for one in self.claims if best and one["says"] not in (verdict, "unknown") and one["confidence"] >= 0.5
        )
        confidence = best["confidence"] * CONFLICT**against if best else 0.0
        out: Verdict = {
            "verdict": verdict,
            "confidence": round(confidence, 3),
            "evidence": ranked,
            "signals": [name for one in ranked for name in one.get("signals") or []],
            "judged": {
                "agent": self.agent,
                "at": clock.stamp(self.now),
                "zone": str(self.local) if self.local else None,
                "from": self.judged,
                "exit": self.material.get("exit"),
                "screen": self.screen,
            },
        }
        if best and verdict in ("usage_limit", "rate_limit"):
            agreeing = [one["reset"] for one in ranked if one["says"] == verdict and one.get("reset")]
            if agreeing:
                out["resets_at"], out["resets_zone"] = agreeing[0]["resets_at"], agreeing[0]["zone"]
            if any(one.get("waits") for one in ranked):
                out["waits_itself"] = True
        prompt = next((one["prompt"] for one in ranked if one.get("prompt")), None)
        if prompt and (verdict == "prompt" or (best and best["source"] != "terminal")):
            out["prompt"] = prompt
        if best and best.get("retrying"):
            out["retrying"] = True
        return out


def _how_it_ended(s: Session, source: str, sure: float, base: dict[str, Any]) -> Evidence:
    end = s["end"]
    if s["denied"]:
        return item(source, "partial", min(sure, 0.85), f"refused: {', '.join(s['denied'])}", **base)
    if s["refused"]:
        return item(source, "partial", min(sure, 0.8), "the sandbox refused what it tried last", **base)
    if end.get("empty") or (not end["text"].strip() and not s["said_in_turn"]):
        return item(source, "partial", min(sure, 0.85), "it ended its turn without a word", **base)
    if end.get("asks"):
        return item(source, "partial", min(sure, 0.8), f"it ended with a question: {end['text']}", **base)
    if end.get("reason") in ("refusal", "max_tokens"):
        return item(source, "partial", min(sure, 0.8), f"it stopped: {end['reason']}", **base)
    return item(source, "ok", sure, f"it ended its turn: {end['text']}", **base)


def _structured_reset(s: Session, now: float) -> dict[str, Any] | None:
    for error in reversed(s["errors"]):
        if error.get("resets_at"):
            return reset.epoch(error["resets_at"], min(now, error["resets_at"]))
    limit = s["limit"]
    if limit and limit.get("resets_at"):
        return reset.epoch(limit["resets_at"], min(now, limit["resets_at"]))
    if limit and limit.get("resets_in_seconds"):
        return reset.after(limit["resets_in_seconds"], now)
    return None


def _what_runs(s: Session) -> str:
    return f"a tool runs: {list(s['open'].values())[-1]['text']}" if s["open"] else ""


def _no_progress(read: list[screens.Screen]) -> bool:
    """Two frames with one and the same count of tokens, between which the spinner's own clock went far on.

    Codex shows no such count, and thinks for minutes without a word: its clock alone is no witness.
    """
    busy = [one for one in read if one["kind"] == "busy" and one.get("tokens") is not None]
    if len(busy) < 2 or busy[-1] is not read[-1]:
        return False
    first, last = busy[0], busy[-1]
    ahead = (last["seconds"] or 0) - (first["seconds"] or 0)
    return bool(first["tokens"] == last["tokens"] and ahead >= STUCK_SECONDS)


def _option(dialog: screens.Screen, safe: str | None) -> str | None:
    """The number or the words of the option that a signal calls safe, if the dialog has it."""
    for option in dialog["options"]:
        if safe and option["text"].lower().startswith(safe.lower()):
            return str(option["n"] or option["text"])
    return "Esc" if safe == "Esc" else None


def _telling(text: str | None, source: str) -> list[str]:
    """The lines where a program that fails says why: its first and its last, not what is between."""
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("WARNING: proceeding", "Reading additional input"))]
    if source == "stdout" and len(lines) > 2:
        return []  # an answer, not an error message
    return list(dict.fromkeys([*lines[:1], *lines[-1:]]))


def _last_line(text: str) -> str:
    return " ".join(text.split())[-200:]


def _names(fired: list[Fired]) -> list[str]:
    return [f"{one['id']}/{one['version']}" for one in fired]


def _word_of(one: Evidence) -> tuple[int, float]:
    """Whose word on the end goes first: the process's own last record, its transcript, its hooks."""
    kinds = {"stream": 0, "transcript": 1, "hook": 2}
    return kinds.get(one.get("kind", "hook"), 2), -one["confidence"]


def _best(claims: Any) -> Evidence | None:
    found = sorted(claims, key=lambda one: (-one["confidence"], one["rank"]))
    return found[0] if found else None
