"""Made from templates/ by scripts/generate-shipped-templates; change the templates and run it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workcell.texts.template_filters import FILTERS

if TYPE_CHECKING:
    from typing import Any


def _handoff(given: Mapping[str, Any]) -> str:
    out: list[str] = []
    out += ['# Handoff: ', str(given['objective']), '\n\nRun `', str(given['run']), '`, attempt ', str(given['attempt']), ', written ', str(given['written_at']), '.\nOutcome: **', str(given['outcome']), '** (', str(given['reason']), ').\n\n']
    for a_title in given['titles']:
        out += ['## ', str(a_title), '\n\n']
        if a_title in given['agent']:
            out += [str(given['agent'][a_title]), '\n']
        else:
            out += [str(given['instead'][a_title]), '\n']
        out += ['\n']
    if given['last_message']:
        out += ["## The agent's last message\n\n_It left no handoff.md. This is what it said last; nothing of it was checked._\n\n", str(FILTERS['indent_code'](given['last_message'])), '\n\n']
    if given['agent_rest']:
        out += ["## The agent's own handoff\n\n", str(given['agent_rest']), '\n\n']
    out += ['## Facts\n\n| attempt | recipe | ended | took | verify | outcome |\n|---|---|---|---|---|---|\n']
    for a_entry in given['attempts']:
        out += ['| ', str(a_entry['n']), ' | ', str(a_entry['recipe']), ' | ', str(a_entry['ended']), ' | ', str(a_entry['took']), ' | ', str(a_entry['verify']), ' | ', str(a_entry['outcome']), ' |\n']
    out += ['\n']
    for a_line in given['facts']:
        out += ['- ', str(a_line), '\n']
    if given['commits']:
        out += ['\nCommits since launch:\n\n', str(FILTERS['indent_code'](given['commits'])), '\n']
    if given['verify_tail']:
        out += ['\nThe end of verify.log:\n\n', str(FILTERS['indent_code'](given['verify_tail'])), '\n']
    if given['log_tail']:
        out += ['\nThe end of agent.log:\n\n', str(FILTERS['indent_code'](given['log_tail'])), '\n']
    out += ['\n## How to go on\n\n']
    for a_line in given['go_on']:
        out += ['    ', str(a_line), '\n']
    return "".join(out)


def _prompt(given: Mapping[str, Any]) -> str:
    out: list[str] = []
    out += ['You are working in ', str(given['workspace']), ' on one objective, unattended. The brief is below and in ', str(given['brief']), ".\n\n- Work until the definition of done holds, then stop. No one answers questions: decide as the brief's author would\n  want and write down what you decided.\n- Before you stop, write ", str(given['agent_dir']), '/handoff.md with the headings: Done, Remaining, Decisions, How to verify,\n  Blockers, Next step. The one who goes on after you has only that file, the repository and this brief.\n']
    if given['standby']:
        out += ['- When nothing is left to do, end your turn. You then wait for messages without costing anything: what others send\n  begins your next turn, in this conversation.\n']
        if given['checked']:
            out += ['  The check runs when the run is told to finish (workcell finish self).\n']
        else:
            out += ['  No script checks the work; the run ends when it is told to finish (workcell finish self).\n']
    else:
        if given['checked']:
            out += ['- The work is checked by a script that was fixed before you began. It runs after you stop.\n']
        else:
            out += ['- No script checks the work when you stop: check it yourself before, and write down how.\n']
    if given['shared']:
        out += ['- Other agents work in this same tree while you do. Claim files before you edit them (workcell claim PATH...), and give\n  them back when you are done (workcell unclaim PATH...). A claim that is in the way names the run that has it: do\n  something else meanwhile, or wait (workcell claim PATH --wait 5m). See who works here with workcell others, and what is\n  claimed with workcell claims. Leave the changes of others alone, and commit your own files only.\n']
    if given['ports']:
        out += ['- These TCP ports of 127.0.0.1 are for you alone, other runs have their own: ', str(', '.join(map(str, given['ports']))), '.\n  Start every server on one of them.\n']
    if given['prose']:
        out += ['\n# Rules of this repository\n\n', str(given['prose']), '\n']
    out += ['\n# Brief\n\n', str(given['brief_text']), '\n']
    return "".join(out)


def _rescue(given: Mapping[str, Any]) -> str:
    out: list[str] = []
    out += ['# Rescue: ', str(given['run']), '\n\nThis directory is complete without workcell. With a plain shell:\n\n    cd ', str(FILTERS['shell_word'](given['dir'])), '\n    readlink current                       # the attempt of now, e.g. attempts/001\n    cat brief.md                           # what was asked\n    cat handoff.md                         # where it stands, and what comes next\n    cat current/*.json                     # who was started, how it ended, what was checked\n    tail -n 50 agent.log                   # what the agent wrote last\n    ls current/agent.log.*.gz 2>/dev/null  # older parts of a long log: zcat them in order\n\nIs a process of the run alive? A lock that cannot be taken is held by one:\n\n    flock -n ', str(FILTERS['shell_word']((((given['home'] + '/ledger/') + given['run']) + '.jsonl'))), ' true && echo "no runner" || echo "the runner lives"\n    flock -n agent.lock true && echo "nothing of the run holds it" || echo "something of the run lives"\n\nCheck the work by hand, as workcell does, in the tree:\n\n    cd ', str(FILTERS['shell_word'](given['workspace'])), ' && bash ', str(FILTERS['shell_word']((given['dir'] + '/verify.sh'))), "\n\nSee the agent's screen while it runs:\n\n    tmux -S ", str(FILTERS['shell_word']((given['home'] + '/tmux.sock'))), ' attach -t ', str(FILTERS['shell_word'](('=' + given['run']))), '\n\nGo on by hand: give brief.md and handoff.md to an agent in ', str(FILTERS['printable'](given['workspace'])), '. With workcell: `workcell resume ', str(given['run']), '`.\n']
    return "".join(out)


def _resume(given: Mapping[str, Any]) -> str:
    out: list[str] = []
    out += ['# Attempt ', str(given['attempt']), ': ', str(given['objective']), '\n\nEarlier attempts worked on this. What follows is taken from their files; each claim names its file, relative to\n`', str(given['run_dir']), '`. Believe the repository before you believe the words.\n\n## What stands\n\n']
    for a_line in given['stands']:
        out += ['- ', str(a_line), '\n']
    out += ['\n## What remains\n\n']
    if given['open_boxes']:
        out += ['Of the definition of done (`', str(given['brief_file']), '`), these are not ticked in the handoff or in the brief:\n\n']
        for a_item in given['open_boxes']:
            out += ['- [ ] ', str(a_item), '\n']
    else:
        out += ['Make the check pass. The brief has no definition of done with boxes (`', str(given['brief_file']), '`).\n']
    if given['verify_tail']:
        out += ['\nThe check failed (`', str(given['verify_file']), '`). Its end:\n\n', str(FILTERS['indent_code'](given['verify_tail'])), '\n']
    if given['handoff']:
        out += ['\n## The handoff of the last attempt (`', str(given['handoff_file']), '`)\n\n', str(given['handoff']), '\n']
    if given['repeated']:
        out += ['\n## Messages whose turn did not end\n\n', str(given['again']), '\n']
        for a_message in given['repeated']:
            out += ['\n', str(FILTERS['indent_code'](a_message)), '\n']
    if given['messages']:
        out += ['\n## Messages since the last attempt\n']
        for a_message in given['messages']:
            out += ['\n', str(FILTERS['indent_code'](a_message)), '\n']
    out += ['\n## Budget\n\n']
    for a_line in given['budget']:
        out += ['- ', str(a_line), '\n']
    out += ['\n---\n\n# The brief (`', str(given['brief_file']), '`)\n\n', str(given['brief_text']), '\n']
    return "".join(out)


COMPILED: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    'handoff.md.j2': ('db3d4528c1a320b47a1c8e2dee9a05df58611e0e8fdd2fd435af39f8917be6f0', _handoff),
    'prompt.md.j2': ('820712cc9c404496546ccc06ddbff109d3ff37b47b29fc47888d9e6a7bc81538', _prompt),
    'rescue.md.j2': ('3170510ca6f12ce1556bf5c915a5a76e090b3a3c27dc74dfc4c8120107901280', _rescue),
    'resume.md.j2': ('45dda7ecb8a60f2960c8d62ea94de2dc79766282d36d156b1263eaf928441012', _resume),
}
"""The SHA-256 of the template that was compiled, and what renders it, by the name of the template."""
