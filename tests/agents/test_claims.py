"""Claude Code and Codex themselves are kept from a file that another run in their tree claims."""

import os
from pathlib import Path

import pytest

from tests.support.claiming import Worker, end
from tests.support.lab import eventually
from workcell.rundir import look

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]


def leaves_it_alone(bench, run, holder):
    """End the holder once the agent has ended: a check waits for what may still work in the same tree."""
    eventually(lambda: look.at(run).exit, 90.0, "the end of the agent")
    end(bench.lab, holder)


@pytest.mark.parametrize("agent", ["claude", "codex"])
def test_a_held_claim_denies_an_edit_in_a_bypass_mode_and_names_the_holder(bench, agent):
    Path(bench.lab.home).mkdir(mode=0o700, exist_ok=True)
    Path(bench.lab.home, "config.yaml").write_text("claims: {wait: 1s}\n")
    holder = Worker(bench.lab, "holder", "--share")
    assert holder.does("workcell claim out.txt --why 'the release'")[0] == 0
    run = bench.launch(agent, "tool", "printf hi > out.txt", "--share", repo=bench.lab.repo)
    leaves_it_alone(bench, run, holder)
    assert bench.ended(run) == "failed", "out.txt was not written"
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))
    assert f"'out.txt' is claimed by the run holder ({holder.id}), for 'the release'" in str(bench.model.seen)
    refused = [event for event in bench.events(run) if event["type"] == "claim.refused"]
    assert refused[0]["path"] == "out.txt" and refused[0]["holder"] == holder.id


@pytest.mark.parametrize("agent", ["claude", "codex"])
def test_an_edit_that_nobody_claims_is_claimed_and_made(bench, agent):
    holder = Worker(bench.lab, "holder", "--share")
    run = bench.launch(agent, "tool", "printf hi > out.txt", "--share", repo=bench.lab.repo)
    leaves_it_alone(bench, run, holder)
    assert bench.ended(run) == "passed"
    taken = list(Path(bench.lab.home, "claims").glob(f"*/taken/{os.path.basename(run)}.001.jsonl"))
    assert len(taken) == 1 and '"out.txt"' in taken[0].read_text()
