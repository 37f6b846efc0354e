"""A program with a composer like that of Claude Code: bracketed paste, the rule on bursts, dialogs, work, bad moods.

Run as `python stub_tui.py DIRECTORY`. What it was told it appends to DIRECTORY/said as one JSON line each. Words
in DIRECTORY/do are obeyed: `dialog [COMMAND]`, `undo`, `work SECONDS`, `deaf SECONDS`, `die`. `/exit` ends it. SLOW makes it read slowly,
LAG lets Enter take so many seconds, HALVES each drawing stop for so long in the middle of a dialog. With CODEX composer
and dialogs are like those of Codex.
"""

import json
import os
import select
import sys
import termios
import time
import tty

OPEN, SHUT = b"\x1b[200~", b"\x1b[201~"
BURST, ENTER_AFTER = 0.008, 0.120
QUEUED = "Press up to edit queued messages"
OPTIONS = ("Yes", "Yes, and always allow it", "No")
COMMAND = "rm -rf build"
CODEX = bool(os.environ.get("CODEX"))
MARK = "›" if CODEX else "❯"


class Stub:
    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.text = ""
        self.mark = 0
        self.pasting: bytearray | None = None
        self.keys = b""
        self.typed_at: list[float] = []
        self.pasted_at = 0.0
        self.busy_until = 0.0
        self.dialog = False
        self.command = COMMAND
        self.queued: list[str] = []
        self.deaf_until = 0.0
        self.shown = ""
        self.size = (0, 0)

    # -- what it says

    def say(self, **words: object) -> None:
        with open(os.path.join(self.directory, "said"), "a") as file:
            file.write(json.dumps(words) + "\n")

    def busy(self) -> bool:
        return time.monotonic() < self.busy_until

    def draw(self) -> None:
        columns, rows = os.get_terminal_size()
        rule = "─" * columns
        above = ["A stub", ""]
        if self.dialog:
            if CODEX:
                body = [rule, "  Would you like to run the following command?", "", f"  $ {self.command}", ""]
            else:
                body = [rule, " Bash command", "", f"   {self.command}", "", " Do you want to proceed?"]
            for number, option in enumerate(OPTIONS):
                body.append(f" {MARK if number == self.mark else ' '} {number + 1}. {option}")
            body += ["", "  Press enter to confirm or esc to cancel" if CODEX else " Esc to cancel · Tab to amend"]
        else:
            lines = self.text.split("\n")
            if len(self.text) > 800 or len(lines) > 8:
                lines = [f"[Pasted text #1 +{len(lines)} lines]"]
            ghost = QUEUED if self.queued and not self.text else ""
            body = [rule, f"{MARK} " + (lines[0] or ghost), *("  " + line for line in lines[1:]), "" if CODEX else rule]
            busy = " · esc to interrupt" if self.busy() and not self.text else ""
            body.append("  ⏵⏵ accept edits on" + busy)
            if self.busy():
                above.append("✢ Working…")
        title = f"{'◐' if self.busy() else '✳'} stub"
        frame = [*above, *[""] * (rows - len(above) - len(body) - 1), *(line[:columns] for line in body)]
        at = next((i for i, row in enumerate(frame) if row.startswith(f"{MARK} ")), 0)
        last = at + (0 if self.dialog else len(lines) - 1)
        behind = len(f"{MARK} ") if not self.dialog and not self.text else len(frame[last])
        cursor = f"\x1b[{last + 1};{behind + 1}H"
        picture = f"\x1b]2;{title}\x07\x1b[H\x1b[2J" + "\r\n".join(frame) + cursor
        if picture != self.shown or self.size != (columns, rows):
            self.shown, self.size = picture, (columns, rows)
            data = picture.encode()
            if os.environ.get("HALVES"):  # a program that the machine puts to sleep in the middle of a drawing
                half = data.find(OPTIONS[0].encode()) if self.dialog else 0
                os.write(1, data[:half])
                data = data[half:]
                time.sleep(float(os.environ["HALVES"]))
            while data:
                data = data[os.write(1, data) :]

    # -- what it is told

    def feed(self, data: bytes) -> None:
        self.keys += data
        while self.keys:
            if self.pasting is not None:
                at = self.keys.find(SHUT)
                if at < 0:
                    keep = max(0, len(self.keys) - len(SHUT) + 1)
                    self.pasting += self.keys[:keep]
                    self.keys = self.keys[keep:]
                    return
                self.pasting += self.keys[:at]
                self.keys = self.keys[at + len(SHUT) :]
                if not self.dialog:
                    self.text += bytes(self.pasting).decode("utf-8", "replace").replace("\r", "\n")
                self.pasting, self.pasted_at = None, time.monotonic()
            elif self.keys.startswith(OPEN):
                self.keys = self.keys[len(OPEN) :]
                self.pasting = bytearray()
            elif self.keys[:3] in (b"\x1b[A", b"\x1b[B"):
                self.arrow(self.keys[:3])
                self.keys = self.keys[3:]
            elif self.keys[:1] == b"\x1b" and len(self.keys) > 1 and OPEN.startswith(self.keys):
                return
            else:
                self.key(self.keys[:1])
                self.keys = self.keys[1:]

    def arrow(self, key: bytes) -> None:
        if self.dialog:
            self.mark = (self.mark + (1 if key.endswith(b"B") else -1)) % len(OPTIONS)

    def key(self, key: bytes) -> None:
        now = time.monotonic()
        if key == b"\x04":
            sys.exit(0)
        if key == b"\x1b":
            if self.dialog:
                self.dialog = False
                self.say(picked=None)
            elif self.busy():
                self.busy_until = 0.0
                self.say(interrupted=True)
        elif key == b"\r" and self.dialog:
            self.dialog = False
            # which of several commands was meant, where a test names them
            which = {} if self.command == COMMAND else {"command": self.command}
            self.say(picked=OPTIONS[self.mark], **which)
        elif key == b"\r":
            burst = len(self.typed_at) >= 3 and self.typed_at[-1] - self.typed_at[-3] < BURST
            late = (now - self.pasted_at) if not burst else now - self.typed_at[-1]
            if late < ENTER_AFTER:
                self.text += "\n"
            elif self.text:
                time.sleep(float(os.environ.get("LAG", "0")))
                self.submit()
        elif not self.dialog and key >= b" ":
            self.typed_at = [*self.typed_at[-2:], now]
            self.text += key.decode("latin-1")

    def submit(self) -> None:
        if self.text == "/exit":
            sys.exit(0)
        text, self.text = self.text, ""
        if self.busy():
            self.queued.append(text)
        else:
            self.say(text=text)
            self.busy_until = time.monotonic() + float(os.environ.get("WORKS", "0.05"))

    def obey(self) -> None:
        path = os.path.join(self.directory, "do")
        try:
            with open(path) as file:
                words = file.read().split()
            os.unlink(path)
        except FileNotFoundError:
            return
        if words[0] == "die":
            sys.exit(1)
        if words[0] == "work":
            self.busy_until = time.monotonic() + float(words[1])
        if words[0] == "deaf":
            self.deaf_until = time.monotonic() + float(words[1])
        if words[0] in ("dialog", "undo"):
            self.dialog, self.mark = words[0] == "dialog", 0
            self.command = " ".join(words[1:]) or COMMAND

    def run(self) -> None:
        saved = termios.tcgetattr(0)
        tty.setraw(0)
        os.write(1, b"\x1b[?1049h\x1b[?2004h")
        slow = bool(os.environ.get("SLOW"))
        try:
            while True:
                self.obey()
                if not self.busy() and self.queued:
                    self.say(text=self.queued.pop(0))
                self.draw()
                if time.monotonic() < self.deaf_until:
                    time.sleep(0.02)
                    continue
                ready, _, _ = select.select([0], [], [], 0.02)
                if ready:
                    data = os.read(0, 64 if slow else 65536)
                    if not data:
                        return
                    self.feed(data)
                    if slow:
                        time.sleep(0.002)
        finally:
            os.write(1, b"\x1b[?2004l\x1b[?1049l")
            termios.tcsetattr(0, termios.TCSANOW, saved)


if __name__ == "__main__":
    os.set_blocking(1, True)
    Stub(sys.argv[1]).run()
