"""Reading a terminal's byte stream as text, control characters and escape sequences, in any pieces."""

import codecs
import re

# The usual tokens whole, at the speed of `re`; what is torn, broken or a string goes through `_step`, one
# character at a time.
_TOKEN = re.compile(
    "([^\x00-\x1f\x7f-\x9f]+)|\x1b\\[([0-?]{0,63})([ -/]{0,3})([@-~])|([\x00-\x1a\x1c-\x1f])|([\x7f-\x9f]+)"
)
_STRING_BODY = re.compile("[^\x07\x18\x1a\x1b]+")

_GROUND, _ESCAPE, _CSI, _STRING = range(4)
_PARAMETERS_MAX = 63  # tmux drops longer sequences too
_STRING_MAX = 4096  # characters kept of a title; the rest of a string is read and forgotten


class Sequences:
    """A stream cut into calls of `text`, `control`, `escape`, `csi` and `osc`, which a subclass overrides.

    States and transitions follow the VT500 parser that terminals share: C0 controls act in the middle of a
    sequence, CAN and SUB end it, ESC begins a new one; a string ends at ESC too, an OSC also at BEL. Never
    raises, and keeps at most a few kilobytes whatever it is fed.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._state = _GROUND
        self._gathered = ""
        self._introducer = ""

    def text(self, run: str) -> None:
        """Characters to show, none of them a control."""

    def control(self, char: str) -> None:
        """One C0 control, never ESC."""

    def escape(self, intermediates: str, final: str) -> None:
        """A two-byte escape, with `intermediates` as in ESC ( B."""

    def csi(self, parameters: str, intermediates: str, final: str) -> None:
        """A control sequence; `parameters` as sent, private marker included."""

    def osc(self, body: str) -> None:
        """An operating system command, cut at 4096 characters."""

    def feed(self, data: bytes) -> None:
        """Read the next bytes of the stream."""
        self.feed_text(self._decoder.decode(data))

    def feed_text(self, text: str) -> None:
        """Read the next part of the stream, decoded already."""
        at, end = 0, len(text)
        while at < end:
            if self._state != _GROUND:
                at = self._step(text, at)
                continue
            found = _TOKEN.match(text, at)
            if found is None:
                at = self._step(text, at)
                continue
            kind = found.lastindex
            if kind == 1:
                self.text(found[1])
            elif kind == 4:
                self.csi(found[2], found[3], found[4])
            elif kind == 5:
                self.control(found[5])
            at = found.end()

    @property
    def between(self) -> bool:
        """Whether the stream stands between two characters and outside every sequence."""
        return self._state == _GROUND and not self._decoder.getstate()[0]

    def _step(self, text: str, at: int) -> int:
        """Take one character, or the body of a string, from `at`; where to go on."""
        char = text[at]
        if char == "\x1b":
            self._end_string()
            self._state, self._gathered, self._introducer = _ESCAPE, "", ""
            return at + 1
        if char in "\x18\x1a":
            self._end_string()
            self._state = _GROUND
            return at + 1
        if self._state == _STRING:
            return self._string(text, at)
        if char < " ":
            self.control(char)
        elif char < "\x7f":
            if self._state == _ESCAPE:
                self._in_escape(char)
            else:
                self._in_csi(char)
        return at + 1

    def _in_escape(self, char: str) -> None:
        if char < "0":
            self._gathered = (self._gathered + char)[:4]
        elif self._gathered:
            self._state = _GROUND
            self.escape(self._gathered, char)
        elif char == "[":
            self._state = _CSI
        elif char in "]PX^_k":
            self._state, self._introducer = _STRING, char
        else:
            self._state = _GROUND
            self.escape("", char)

    def _in_csi(self, char: str) -> None:
        if char < "@":
            self._gathered = (self._gathered + char)[: _PARAMETERS_MAX + 4]
            return
        self._state = _GROUND
        parameters = self._gathered.rstrip(" !\"#$%&'()*+,-./")
        intermediates = self._gathered[len(parameters) :]
        if len(parameters) <= _PARAMETERS_MAX and len(intermediates) <= 3 and not _INTERMEDIATE.search(parameters):
            self.csi(parameters, intermediates, char)

    def _string(self, text: str, at: int) -> int:
        if text[at] == "\x07":
            if self._introducer == "]":
                self._end_string()
                self._state = _GROUND
            return at + 1
        found = _STRING_BODY.match(text, at)
        end = found.end() if found else at + 1
        room = _STRING_MAX - len(self._gathered)
        if room > 0 and self._introducer == "]":
            self._gathered += text[at : min(end, at + room)]
        return end

    def _end_string(self) -> None:
        if self._state == _STRING and self._introducer == "]":
            self.osc(_CONTROLS.sub("", self._gathered))


_INTERMEDIATE = re.compile("[ -/]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


NUMBER_MAX = 99_999
"""Maximum of a number in a control sequence; a larger one counts as this."""


def numbers_of(parameters: str) -> "list[int] | None":
    """The numbers of a control sequence, 0 for one left out; None where it has a private marker or colons."""
    if not parameters:
        return [0]
    try:
        return [min(int(number), NUMBER_MAX) if number else 0 for number in parameters.split(";")]
    except ValueError:
        return None
