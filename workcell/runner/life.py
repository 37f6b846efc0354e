"""The life of a runner: lock, gate, pump, reap, exit record, and then it becomes finish."""

import errno
import os
import sys
import time

from workcell.base import clock, digest, json_codec, platform
from workcell.base.light import signal
from workcell.rundir import (
    adopt,
    events,
    home,
    layout,
    ledger,
    locks,
    look,
    phase,
    run_variables,
    safe_open,
    seal,
    slot,
    status,
    writer,
)
from workcell.runner import bounds, gate, keeper, limits, live, log, pump, starter, terminal, times, windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.base.light import socket
    from workcell.rundir import schema

TEMPORARY_FAILURE = 75


def main(run: str, n: int, isolation: str, pipe: "int | None" = None) -> int:
    """Run attempt `n` of the run in the directory `run`; returns only when it never became finish.

    `pipe` is the write end of a pipe of the process that started us, closed once the agent has started or failed to.
    """
    asked = starter.Starter(pipe)
    why = home.problem_of_run(run)
    if why is not None:
        return _say(why, asked)
    os.chdir(run)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)  # what ends an attempt comes through the inbox, or is SIGKILL
    held = writer.take(run)
    if held is None:
        return _say("another process has the right to write this run", asked)
    held = adopt.adopted(held)
    seen = look.at(run, holding=True)
    if seen.n != n or seen.phase != phase.CREATED or seen.attempt is None:
        return _say(f"attempt {n} is not to be started: the run is {seen.phase} in attempt {seen.n}", asked)
    agent_lock = locks.take(layout.AGENT_LOCK, alone=True)
    if agent_lock is None:
        return _say("something that an earlier attempt left behind still holds agent.lock", asked)
    changed = held.find_tampering(n)
    if changed:
        return _say(f"attempt {n} is not to be started: {', '.join(changed)} changed since it was made", asked)
    held.forget()
    held.sign("runner")
    locks.sign(agent_lock, "agent")
    try:
        _Attempt(run, n, seen.attempt, held).follow(agent_lock, isolation, asked)
    except (FileNotFoundError, NotADirectoryError) as error:
        return _say(f"attempt {n} lost its directory: {error}", asked)
    except Exception as error:
        asked.say(getattr(error, "strerror", None) or repr(error))  # runner.log may have no room for it
        raise
    _become_finish(run, n, held)
    return 70


def _say(words: str, asked: "starter.Starter | None" = None) -> int:
    if asked is not None:
        asked.say(words)
    print(f"{clock.stamp()} {words}", file=sys.stderr, flush=True)
    return TEMPORARY_FAILURE


class _Attempt:
    """One attempt, from its open files to its exit record. The order of what is written is a promise of the format."""

    def __init__(self, run: str, n: int, record: "schema.Attempt", held: writer.Writer) -> None:
        self.run, self.n, self.record, self.held = run, n, record, held
        self.directory = layout.attempt(run, n)
        self.room = slot.Slot(run)
        self.journal = events.Journal(layout.EVENTS)
        env, umask = _environment(run, n, record, held.book)
        self.program = gate.Program(record["argv"], env, (record["cwd"], record.get("dir", "")), umask)
        self.log: log.Log | None = None
        self.screen: live.Screen | None = None
        if record["io"] == "terminal":
            size, keys = record["terminal"], record.get("typing")
            tty = terminal.Terminal(size["columns"], size["rows"])
            self.log = log.Log(self.directory, record["roll_bytes"])
            typing = bool(keys and keys.get("screen", "none") != "none")
            book, timer = keeper.Keeper(self.log, self.directory), times.Times(self.directory, tty)
            self.screen = live.Screen(tty, book, timer, typing=typing)
        self.began = 0.0

    def follow(self, agent_lock: int, isolation: str, asked: starter.Starter) -> None:
        """Start the agent, stay until it has ended, and seal how. `asked` is told once it has started, or why not."""
        stdio = _stdio(self.directory, self.record, self.screen.tty if self.screen is not None else None)
        wakeup = _wakeup()
        listener = windows.listen(layout.CONTROL)
        child = gate.fork(
            self.program,
            stdio=stdio,
            terminal=self.screen is not None,
            agent_lock=agent_lock,
            runner_locks=self.held.descriptors(),
        )
        self.began = time.monotonic()
        if self.screen is not None:
            self.screen.tty.hand_over()
        else:
            for fd in set(stdio):
                os.close(fd)
        why = "the limits on memory and processes cannot be kept"
        try:
            group = bounds.place(self.run, self.n, child.pid, self.record["limits"])
            why = "start.json could not be written"
            self.held.seal(self.n, layout.START, _start(self.n, child.pid, isolation, group))
        except OSError as error:
            child.shut()
            listener.close()
            self._seal(_exit(self.began, "not-started", error=f"{why}: {error.strerror}"))
            return
        asked.close()
        failure = child.open()
        os.close(agent_lock)
        if failure is not None:
            listener.close()
            self._seal(_exit(self.began, "not-started", error=failure))
            self.journal.append("attempt.failed-to-start", attempt=self.n, error=failure)
            self.journal.close()
            return
        self.journal.append("attempt.started", attempt=self.n, pid=child.pid)
        status.write(self.run)
        self._pump(child.pid, listener, wakeup, bounds.Largest(group))

    def _pump(self, agent: int, listener: "socket.socket | None", wakeup: int, largest: bounds.Largest) -> None:
        """Serve the running agent until it has ended, and seal how."""
        most = self.record["limits"]
        person = most.get("person_seconds") if self.screen is not None else None
        timer = limits.Limits(agent, most.get("wall_seconds"), most.get("idle_seconds"), person)
        running = live.Live(agent, self.run, self.n, self.directory, self.journal)
        running.watched = _watched(self.record)
        work = pump.Pump(running, self.screen, listener, wakeup, timer, largest)
        kept: list[schema.Exit] = []

        def ended() -> "schema.Exit":
            assert running.ended is not None
            wait_status, usage = running.ended
            timer.waits(False)
            found = _exit(
                self.began, timer.how or "reaped", wait_status=wait_status, usage=usage, largest=largest.found
            )
            if timer.waited:
                found["waited_seconds"] = round(timer.waited, 3)
            return found

        def keep() -> None:
            kept.append(ended())
            self.room.keep(self.n, kept[0])

        work.run(keep)
        if self.log is not None:
            _sync(self.log)
        self._seal(kept[0] if kept else ended())
        if self.screen is not None:
            self.screen.book.wait_for_compressor()
        for name in (layout.CONTROL, layout.ACTIVITY):
            try:
                os.unlink(name)
            except OSError:
                pass
        if listener is not None:
            listener.close()
        self.journal.append("attempt.ended", attempt=self.n, how=timer.how or "reaped")
        self.journal.close()

    def _seal(self, found: "schema.Exit") -> None:
        """Keep the exit record in its room, then seal it. On a full disk it stays there, which counts as its line."""
        self.room.keep(self.n, found)
        try:
            self.held.seal(self.n, layout.EXIT, found)
        except OSError as error:
            _say(f"exit.json waits in {ledger.slot_path(self.held.run)}: {error.strerror}")
        else:
            slot.give_back(self.held.run)
        self.room.close()


def _watched(record: "schema.Attempt") -> bool:
    """Whether the records of the agent can be read, so that a judgement of it finds anything."""
    return str(record.get("reader") or "none") != "none"


def _environment(
    run: str, n: int, attempt: "schema.Attempt", book: "ledger.Book | None"
) -> "tuple[dict[str, str], int]":
    """(the agent's environment, its umask): env.json, and nothing added but its ports, TERM and WORKCELL_*."""
    pinned = None if book is None else book.hashes.get((0, layout.ENV))
    data = safe_open.read(os.path.join(run, layout.ENV), look.LARGEST) or b""
    if pinned is not None and digest.sha256(data) != pinned:
        # what an earlier attempt left behind may have replaced it since the run was compared with its ledger
        raise FileNotFoundError(errno.ENOENT, f"{layout.ENV} changed since it was written", run)
    stored: Any = json_codec.decode(data)
    env: dict[str, str] = dict(stored["env"])
    directory = layout.attempt(run, n)
    env.update({name: str(port) for name, port in attempt.get("ports", {}).items()})
    run_variables.place(env, run, n, book)
    env.update(
        TERM=attempt["terminal"]["term"],
        WORKCELL_BRIEF=os.path.join(directory, layout.BRIEF),
        WORKCELL_HANDOFF=os.path.join(directory, layout.HANDOFF),
    )
    return env, int(stored["umask"])


def _stdio(directory: str, attempt: "schema.Attempt", tty: "terminal.Terminal | None") -> "tuple[int, int, int]":
    if tty is not None:
        return tty.slave, tty.slave, tty.slave
    out = safe_open.append(os.path.join(directory, layout.AGENT_LOG), os.O_WRONLY)
    err = out
    if attempt["stderr"] == "separate":
        err = safe_open.append(os.path.join(directory, layout.STDERR_LOG), os.O_WRONLY)
    if attempt["stdin"] != "prompt":
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), out, err
    path = os.path.join(directory, f".prompt.{os.getpid()}")
    text = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)  # a file rather than a pipe: no process has to feed it
    seal.write_all(text, attempt["prompt"].encode("utf-8", "surrogateescape"))
    os.lseek(text, 0, os.SEEK_SET)
    return text, out, err


def _wakeup() -> int:
    """A descriptor that becomes readable whenever a child ends."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    return reader


def _start(n: int, agent: int, isolation: str, group: "schema.Cgroup | None") -> "schema.Start":
    return {
        "schema": "workcell.file.start/1",
        "attempt": n,
        "started_at": clock.stamp(),
        "monotonic": round(time.monotonic(), 3),
        "runner": platform.identity(os.getpid()),
        "agent": platform.identity(agent),
        "isolation": "subreaper" if isolation == "subreaper" else "none",
        "cgroup": group,
    }


def _exit(
    began: float,
    how: "schema.ExitHow",
    *,
    wait_status: "int | None" = None,
    usage: "Any" = None,
    error: "str | None" = None,
    largest: "schema.Process | None" = None,
) -> "schema.Exit":
    code = number = None
    if wait_status is not None and os.WIFEXITED(wait_status):
        code = os.WEXITSTATUS(wait_status)
    elif wait_status is not None and os.WIFSIGNALED(wait_status):
        number = os.WTERMSIG(wait_status)
    found: schema.Exit = {
        "schema": "workcell.file.exit/1",
        "how": how,
        "code": code,
        "signal": number,
        "ended_at": clock.stamp(),
        "seconds": round(time.monotonic() - began, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3) if usage is not None else None,
        "max_rss_kb": usage.ru_maxrss if usage is not None else None,
        "error": error[:500] if error else None,
    }
    if largest is not None:
        found["largest"] = largest
    return found


def _sync(log_writer: log.Log) -> None:
    for _ in range(5):
        try:
            log_writer.sync()
            return
        except OSError:
            time.sleep(0.05)


def _become_finish(run: str, n: int, held: writer.Writer) -> None:
    """Become finish, with the same pid and lock: no process comes in between the end of the agent and its judgement."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for fd in held.descriptors():
        os.set_inheritable(fd, True)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    program = os.path.join(package, "__main__.py")
    try:
        os.execv(
            sys.executable, [sys.executable, "-I", program, "_finish", run, str(n), str(held.fd), str(held.runner_lock)]
        )
    except OSError as error:
        _say(f"cannot become finish: {error}")
