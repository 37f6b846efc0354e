"""Which events of an attempt stand in its journal, for a file of records that is read anew."""

from __future__ import annotations

import hashlib
import os
from array import array
from bisect import bisect_left

from workcell.rundir import events, layout


class Told:
    """The ids of the events that an agent recorded and that stand in events.jsonl: eight bytes for each."""

    def __init__(self, run: str, n: int) -> None:
        found = array("Q")
        for _, line in events.read(os.path.join(run, layout.EVENTS)):
            if line is not None and line.get("attempt") == n and "ref" in line:
                found.append(_number(str(line.get("id"))))
        self._sorted = array("Q", sorted(found))

    def __contains__(self, name: str) -> bool:
        number = _number(name)
        at = bisect_left(self._sorted, number)
        return at < len(self._sorted) and self._sorted[at] == number


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
