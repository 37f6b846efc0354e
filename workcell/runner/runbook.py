"""The runbook agent: one bash for each step of the brief, in order, and a record of each on disk.

Run by path as `python -I -S runbook.py`. A later attempt goes on behind the last step that ended well; a step that
was begun and never ended runs again. Steps are known by their number and the sha256 of their text.
"""

import os
import sys
import time

if __package__ in (None, ""):
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from workcell.base import clock, json_codec
from workcell.base.light import signal
from workcell.rundir import layout, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

RECORD = "steps.jsonl"
_LARGEST = 1 << 26


def main() -> int:
    run, directory = os.environ["WORKCELL_RUN_DIR"], os.environ["WORKCELL_ATTEMPT_DIR"]
    with open(os.path.join(directory, layout.ATTEMPT), "rb") as file:
        intent: Any = json_codec.decode(file.read())
    steps = intent["steps"]
    done = finished(run, int(os.path.basename(directory)), int(intent.get("steps_since", 1)))
    path = os.path.join(os.environ["WORKCELL_AGENT_DIR"], RECORD)
    total = len(steps)
    for step in steps:
        key = (step["step"], step["sha256"])
        label = f"[{step['step']}/{total}] {step['title']}"
        if key in done:
            say(f"{label}: done in attempt {done[key]}")
            continue
        say(label)
        note(path, step, "begin")
        began = time.monotonic()
        code = run_step(step["text"])
        seconds = round(time.monotonic() - began, 3)
        note(path, step, "end", exit=code, seconds=seconds)
        if code != 0:
            say(f"[{step['step']}/{total}] failed with exit code {code} after {clock.span(seconds)}")
            hand_over(steps, done, step, code)
            return code if 0 < code < 256 else 1
        done[key] = int(os.path.basename(directory))
    say("the only step is done" if total == 1 else f"all {total} steps are done")
    hand_over(steps, done, None, 0)
    return 0


def finished(run: str, attempt: int, since: int = 1) -> "dict[tuple[int, str], int]":
    """Steps that ended with 0 in an earlier attempt, from the attempt `since` on, and in which."""
    found = {}
    for n in range(since, attempt):
        try:
            lines = safe_open.read(os.path.join(layout.attempt(run, n), layout.AGENT_DIR, RECORD), _LARGEST)
        except OSError:
            continue
        for line in (lines or b"").splitlines():
            try:
                entry: Any = json_codec.decode(line)
            except ValueError:
                continue  # torn by a crash: the step did not end on record, so it runs again
            step, sha256 = entry.get("step"), entry.get("sha256")
            known = isinstance(step, int) and isinstance(sha256, str)
            if known and entry.get("event") == "end" and entry.get("exit") == 0:
                found[(step, sha256)] = n
    return found


def run_step(text: str) -> int:
    """Run one block under `bash -euo pipefail`; its exit code, 128 + n for signal n."""
    sys.stdout.flush()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            # the script comes by a pipe that bash reads as a file: standard input stays the step's own
            os.close(writer)
            os.set_inheritable(reader, True)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execvp("bash", ["bash", "-euo", "pipefail", f"/dev/fd/{reader}"])
        except OSError as error:
            say(f"cannot start bash: {error.strerror}")
        finally:
            os._exit(127)
    os.close(reader)
    try:
        seal.write_all(writer, text.encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        pass  # the step ended before it had read all of itself
    finally:
        os.close(writer)
    _, status = os.waitpid(pid, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def note(path: str, step: "schema.Step", event: str, **more: object) -> None:
    """Append one record, durable before the step goes on; a line that a crash tore is ended first."""
    line = json_codec.encode_line(
        {"at": clock.stamp(), "event": event, "step": step["step"], "sha256": step["sha256"], **more}
    )
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            line = b"\n" + line
        seal.write_all(fd, line)
        os.fsync(fd)
    finally:
        os.close(fd)


def hand_over(
    steps: "list[schema.Step]", done: "dict[tuple[int, str], int]", failed: "schema.Step | None", code: int
) -> None:
    """Leave a handoff like any agent: what is done, what remains, what is in the way."""
    lines = ["## Done", ""]
    lines += [f"- [x] {s['step']}. {s['title']}" for s in steps if (s["step"], s["sha256"]) in done] or ["Nothing yet."]
    lines += ["", "## Remaining", ""]
    lines += [f"- [ ] {s['step']}. {s['title']}" for s in steps if (s["step"], s["sha256"]) not in done] or ["Nothing."]
    lines += ["", "## Blockers", ""]
    lines += [f"Step {failed['step']} ended with exit code {code}." if failed else "None."]
    lines += ["", "## Next step", ""]
    lines += [f"Resume: it goes on at step {failed['step']}." if failed else "Nothing."]
    path = os.environ["WORKCELL_AGENT_DIR"]
    try:
        seal.replace(path, layout.HANDOFF, "\n".join([*lines, ""]).encode("utf-8", "replace"))
    except OSError as error:
        say(f"cannot write the handoff: {error.strerror}")


def say(words: str) -> None:
    print(f"{clock.stamp()} {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
