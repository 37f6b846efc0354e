"""What a hostile agent does to its own run directory. Run by path inside a run: attacker.py MODE ACT NAME...

Only the standard library is used. Names are relative to the run directory; `@` stands for the attempt directory. Every
act is tried for each name, and one that fails is passed over. Modes: `once` acts and ends, `live` acts and lives on,
`check` acts as the check and says no, `second` acts in the second attempt only, `kill` and `kill-live` kill the
runner first, `stop-runner` stops it afterwards, `daemon` and `daemon-live` leave a process that acts for ever.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import time

RUN = os.environ["WORKCELL_RUN_DIR"]
ATTEMPT = os.environ["WORKCELL_ATTEMPT_DIR"]
MARKS = os.environ["MARKS"]
N = int(os.environ["WORKCELL_ATTEMPT"].rpartition("/")[2])


def path_of(name):
    if os.path.isabs(name):
        return name
    return os.path.join(ATTEMPT, name[2:]) if name.startswith("@/") else os.path.join(RUN, name)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)


def forged(path):
    """Bytes that would help the agent if they were believed."""
    name = os.path.basename(path)
    start = {"schema": f"workcell.file.{name.removesuffix('.json')}/1", "attempt": N}
    now = "2020-01-01T00:00:00.000Z"
    known = {
        "verify.json": {"how": "exited", "code": 0, "signal": None, "seconds": 0.1, "sha256": None, "error": None},
        "exit.json": {"how": "reaped", "code": 0, "signal": None, "ended_at": now, "seconds": 1.0},
        "result.json": {"outcome": "passed", "reason": "so it says", "ended_at": now},
        "facts.json": {"at": now, "git": None, "git_error": None, "forbidden": [], "leftovers": {}},
        "next.json": {"how": "native", "reason": "on", "playbook": None, "not_before": now},
        "start.json": {"started_at": now, "runner": {"pid": 1}, "agent": {"pid": int(os.environ.get("BYSTANDER", 1))}},
        "status.json": {"id": os.path.basename(RUN), "phase": "done", "outcome": "passed", "state": "passed",
                        "result": {"outcome": "passed"}, "holds_while": {"attempt": N, "result": True}},
        "env.json": {"env": {"PATH": os.environ["PATH"], "BASH_ENV": os.path.join(RUN, "user", "e")}, "umask": 0},
        "hold": {"until_at": None, "why": "so it says"},
        "launch.json": {"id": "x", "created_at": now},
        "capture.json": {"sources": {}, "final": True},
    }  # fmt: skip
    if name == "verify.sh":
        return b"exit 0\n"
    if name == "events.jsonl":
        return json.dumps({"n": 10**30, "at": now, "type": "run.ended", "outcome": "passed"}).encode() + b"\n"
    return json.dumps({**start, **known.get(name, {"text": "so it says"})}).encode() + b"\n"


def write(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(path) and not os.path.islink(path):
        path = os.path.join(path, "00000000-forged.json")
    elif os.path.exists(path):
        os.chmod(path, 0o700)
    with open(path, "wb") as file:
        file.write(forged(path))


def append(path):
    if os.path.isdir(path):
        path = os.path.join(path, "00000000-forged.json")
    elif os.path.exists(path):
        os.chmod(path, 0o700)
    with open(path, "ab") as file:
        file.write(b"\0\xff{so it says\n")


def truncate(path):
    if os.path.isfile(path):
        os.chmod(path, 0o700)
        os.truncate(path, 0)
    elif os.path.isdir(path):
        remove(path)
        os.mkdir(path)


def replace(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rename(path, f"{path}.{time.monotonic_ns()}")
        shutil.copytree(os.path.join(os.getcwd(), "keep"), path)
        return
    with open(path + ".mine", "wb") as file:
        file.write(forged(path))
    os.rename(path + ".mine", path)


def hardlink(path):
    """A second name of a file in the tree: what writes to the one writes to the other."""
    remove(path)
    os.link(os.path.join(os.getcwd(), "precious"), path)


def second_name(path):
    """A second name of the file that stands there."""
    os.link(path, f"{path}.second.{time.monotonic_ns()}")


def symlink(path):
    names = ("foreign", "agent", "inbox", "spool", "user", "said", "suggested", "edited", "edits")
    keep = os.path.isdir(path) or os.path.basename(path) in names
    remove(path)
    os.symlink(os.path.join(os.getcwd(), "keep" if keep else "precious"), path)


def dangling(path):
    remove(path)
    os.symlink("/nonexistent/anywhere", path)


def loop(path):
    remove(path)
    os.symlink(os.path.basename(path), path)


def rename(path):
    os.rename(path, f"{path}.{time.monotonic_ns()}")


def chmod(path):
    if not os.path.lexists(path):
        write(path)
    os.chmod(path, 0)


def directory(path):
    remove(path)
    os.makedirs(os.path.join(path, "in", "it"))


def fifo(path):
    remove(path)
    os.mkfifo(path)


def make_socket(path):
    remove(path)
    where = os.open(os.path.dirname(path), os.O_RDONLY)
    made = socket.socket(socket.AF_UNIX)
    made.bind(f"/proc/self/fd/{where}/{os.path.basename(path)}")
    os.close(where)


def lock(path):
    """Hold the flock until the end of this process."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)  # who strikes for ever would have no descriptor left for the next lock
        raise


# -- acts that are no operation on one name


def pin_anew(_):
    """Another check, and its hash where the check's hash was pinned."""
    script = b"#!/bin/bash\nexit 0\n"
    pinned = os.path.join(ATTEMPT, "attempt.json")
    with open(pinned, "rb") as file:
        intent = json.load(file)
    intent["verify"] = {"sha256": hashlib.sha256(script).hexdigest()}
    for path, data in ((os.path.join(ATTEMPT, "verify.sh"), script), (pinned, json.dumps(intent).encode())):
        os.chmod(path, 0o700)
        with open(path, "wb") as file:
            file.write(data)


def lock_of_another_program(path):
    """A symbolic link, and for a second name `hard`, to the file on which a process outside the run holds a lock."""
    where = os.path.join(os.path.dirname(MARKS), "lock of another program")
    name, _, how = path.partition(":")
    remove(name)
    (os.link if how == "hard" else os.symlink)(where, name)


def flood(path):
    """20,000 messages that nobody wrote."""
    for number in range(20_000):
        with open(os.path.join(path, f"{number:019d}.json"), "w") as file:
            file.write(f'{{"type": "note", "kind": "text", "text": "x", "id": "{number}"}}\n')


def large(path):
    """One message of 64 MB, as far as they are read, and one that is larger."""
    for name, size in (("1.json", (1 << 26) - 100), ("2.json", 1 << 27)):
        with open(os.path.join(path, name), "w") as file:
            file.write('{"type": "note", "kind": "stop", "attempt": 1, "x": "' + "x" * size + '"}')


def messages(path):
    """A stop, an answer, a release and more that nobody ordered; in the spool, what hooks would bring."""
    lies = [
        {"kind": "stop", "attempt": N, "grace_seconds": 0, "by": "person"},
        {"kind": "answer", "choice": "1", "text": "yes", "attempt": N, "dialog_id": None},
        {"kind": "release", "by": "person"},
        {"kind": "hold", "until_at": None, "by": "person"},
        {"kind": ["stop"], "attempt": {"x": 1}},
        {"type": "hook", "payload": {"hook_event_name": "Stop", "session_id": [1], "transcript_path": "/dev/zero"}},
        {"type": "hook", "payload": {"hook_event_name": "Notification", "message": {"x": []}}},
        {"type": "hook", "payload": [1], "attempt": "x"},
        {"type": "run.ended", "outcome": "passed", "n": 10**30, "at": "2020-01-01T00:00:00.000Z"},
        {"type": "events", "events": [{"type": "turn.completed", "id": "a", "ref": 1}, 5, {"events": []}]},
        {"type": {"x": 1}, "id": ["x"]},
    ]
    for number, lie in enumerate(lies):
        text = json.dumps({"schema": "workcell.message/1", "id": f"{number}", **lie})
        with open(os.path.join(path, f"{number:019d}-lie.json"), "w") as file:
            file.write(text)


def speak(path):
    """Say to the runner what only a person may, and garbage; one caller ends at once, one stays."""
    for words in (b"S", b"P", b"W", b"R", b"\0" * 4096, b"SSSS", b""):
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(path)
        caller.sendall(words)
        time.sleep(0.05)
        KEPT.append(caller)
    if not os.fork():
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(path)
        caller.sendall(b"S")
        os._exit(0)
    caller = socket.socket(socket.AF_UNIX)
    caller.connect(path)
    pipe = os.pipe()
    caller.sendmsg([b"W"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, pipe[1].to_bytes(4, sys.byteorder))])
    KEPT.append(caller)
    time.sleep(0.3)


def freeze(_):
    """Stop the runner, whatever continues it; never another process that has its pid later."""
    if began(RUNNER) == RUNNER_BEGAN:
        os.kill(RUNNER, signal.SIGSTOP)


def back(_):
    """Make `current` lead to the first attempt again."""
    remove(os.path.join(RUN, "current"))
    os.symlink("attempts/001", os.path.join(RUN, "current"))


def vanish(_):
    shutil.rmtree(RUN, ignore_errors=True)


# -- any file operations, as a test drew them


def place_of(name):
    """A path in the run or, after `tree/`, in the working tree."""
    if name.startswith("tree/"):
        return os.path.join(os.getcwd(), name[5:])
    return path_of(name)


def operate(operation):
    """Do one operation [what, name, other name, number]."""
    what, name, other, number = operation
    path, to = place_of(name), place_of(other)
    words = (b"so it says\n" * number) if number % 2 else forged(path)
    if what in ("write", "append"):
        fd = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | (os.O_TRUNC, os.O_APPEND)[what == "append"], 0o600
        )
        os.write(fd, words)
        os.close(fd)
    else:
        doing = {
            "create": lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NONBLOCK, 0o600)),
            "truncate": lambda: os.truncate(path, number),
            "unlink": lambda: os.unlink(path),
            "rename": lambda: os.rename(path, to),
            "link": lambda: os.link(path, to),
            "symlink": lambda: os.symlink(path, to),
            "mkdir": lambda: os.makedirs(path),
            "mkfifo": lambda: os.mkfifo(path),
            "chmod": lambda: os.chmod(path, (0, 0o200, 0o400, 0o500, 0o700, 0o777)[number % 6]),
            "rmtree": lambda: shutil.rmtree(path),
        }
        doing[what]()


def script(path):
    """Every operation of a JSON file, one after another."""
    with open(path) as file:
        operations = json.load(file)
    for operation in operations:
        try:
            operate(operation)
        except (OSError, shutil.Error):
            continue


KEPT = []
RUNNER = os.getppid()


def began(pid):
    """The start time of a process, which tells it from a later one of the same pid."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None


RUNNER_BEGAN = began(RUNNER)

ACTS = {
    "pin-anew": pin_anew, "lock-of-another": lock_of_another_program, "flood": flood, "large": large,
    "script": script, "messages": messages, "speak": speak, "freeze": freeze, "back": back, "vanish": vanish,
    "write": write, "append": append, "delete": remove, "truncate": truncate, "replace": replace,
    "hardlink": hardlink, "second-name": second_name, "symlink": symlink, "dangling": dangling, "loop": loop,
    "rename": rename, "chmod": chmod, "directory": directory, "fifo": fifo, "socket": make_socket, "lock": lock,
}  # fmt: skip


def strike(act, names):
    for name in names:
        try:
            ACTS[act](path_of(name))
        except (OSError, shutil.Error):
            continue


def strike_for_ever(act, names):
    """The act over and over, with each name free to be made anew in between."""
    while True:
        strike(act, names)
        time.sleep(0.001)


def daemon(act, names):
    """Start a process that strikes for ever, and that no rule of leftovers may end: it has a terminal of its own."""
    import termios

    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os.read(told, 1)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    os.setsid()
    _, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    strike(act, names)
    with open(os.path.join(MARKS, f"daemon.{os.getpid()}"), "w") as file:
        file.write(os.path.basename(RUN))
    os.write(tell, b".")
    os.close(tell)
    strike_for_ever(act, names)


def main():
    mode, act, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    if mode == "second" and N == 1:
        return
    if mode in ("daemon", "daemon-live"):
        daemon(act, names)
    else:
        if mode in ("kill", "kill-live"):
            os.kill(RUNNER, signal.SIGKILL)
            while os.getppid() == RUNNER:
                time.sleep(0.001)
        strike(act, names)
        if mode == "stop-runner":
            os.kill(RUNNER, signal.SIGSTOP)
    with open(os.path.join(MARKS, os.path.basename(RUN)), "w") as file:
        file.write(str(os.getpid()))
    if mode in ("kill-live", "stop-runner", "live", "daemon-live"):
        time.sleep(600)
    if mode == "check":
        sys.exit(1)


main()
