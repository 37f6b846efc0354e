"""An agent that does any file operations at all in its run and its tree, as Hypothesis draws them.

Its check fails, so nothing that it does leads to `passed`; the run comes to an end by itself, or by `stop`; and nothing
but the run itself ends. Real runs: an example takes a second or two.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.attacks import arena as arenas
from workcell.rundir import look, phase

PHASES = (Phase.explicit, Phase.generate)
"""Without shrinking: that takes hundreds of real runs. What failed is printed as it was drawn."""

OPERATIONS = (
    "create", "write", "append", "truncate", "unlink", "rename", "link", "symlink", "mkdir", "mkfifo", "chmod",
    "rmtree",
)  # fmt: skip
FREE = ("a", "attempts/a", "attempts/002", "@/a", "@/agent/a", "inbox/new/a.json", "spool/new/a.json", "tree/a", "hold",
        "@/.a", "attempts/.new-002", ".a", "@/agent.log.001", "@/agent.log.001.gz", "tree/b", ".")  # fmt: skip
NAME = st.one_of(st.sampled_from(arenas.NAMES), st.sampled_from(FREE))
OPERATION = st.tuples(st.sampled_from(OPERATIONS), NAME, NAME, st.integers(0, 20))


def attacked(lab, examples):
    """Run so many examples in one home, and look at the home in the end."""
    arena = arenas.Arena(lab)
    drawn = Path(lab.top, "operations.json")

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(
        st.lists(OPERATION, min_size=1, max_size=12), st.sampled_from(["once", "live", "kill", "kill-live", "check"])
    )
    def example(operations, mode):
        drawn.write_text(json.dumps(operations))
        victim = arena.attack(mode, "script", str(drawn))
        if mode != "once" and mode != "check":
            arena.struck(victim)
        if mode in ("once", "check"):
            arena.ended(victim, named=False)
        elif mode == "kill":
            arena.cli("wait", victim.id)
            arena.ended(victim, named=False)
        else:
            arena.stop(victim, named=False)
        arena.verbs(victim)
        assert look.at(victim.run).phase == phase.DONE
        arena.bystanders()

    try:
        example()
        arena.check(trees=False)
    finally:
        arena.close()


@pytest.mark.timeout(600)
def test_any_file_operations(lab):
    attacked(lab, 8)


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_more_file_operations(lab):
    attacked(lab, 40)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_many_file_operations(lab):
    attacked(lab, 400)
