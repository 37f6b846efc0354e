"""Documents of results: no key that was ever promised is missing."""

import dataclasses
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from workcell.operations import encode, registry

ROOT = Path(__file__).resolve().parents[3]

STATUS = (
    "id name dir state phase activity outcome reason needs hold attempt attempts recipe repo workspace objective base "
    "limits group labels isolation started_at ended_at due_at written_at checked altered usage changed check holds_while"
)
VERDICT = "verdict confidence evidence signals judged"
TRUST = "top path remote accepted files keys gone trouble"
PLAN = "id dir values origins argv argv_from prompt verify steps notes untrusted"

PROMISED = {
    "launch": ("id name dir phase window state notes ports", "group runs"),
    "launch-dry-run": (PLAN, "group max_live runs"),
    "screen": ("id attempt live columns rows at content",),
    "export": ("id name form attempts redacted size taken_out",),
    "show": ("id name attempt agent session source model earlier turns",),
    "approvals-log": ("decisions",),
    "approvals-ls": ("approvals",),
    "approvals-test": ("answer risk rule why unread parts rules",),
    "ls": ("runs hidden warning needing",),
    "status": (
        f"{STATUS} waits acknowledged last_output_at last_event_at last_prompt_at last_answer_at warning ports ports_before",
        f"{STATUS} waits acknowledged last_output_at last_event_at last_prompt_at last_answer_at warning notes",
        f"{STATUS} waits acknowledged last_output_at last_event_at last_prompt_at last_answer_at warning queued spent",
    ),
    "statuses": ("runs",),
    "inside": ("me parent children others claims watches",),
    "claim": ("run tree paths until waited",),
    "unclaim": ("run tree paths",),
    "claims": ("tree claims waiting",),
    "others": ("tree runs",),
    "alone": ("tree alone runs",),
    "watch": ("watcher watches warning",),
    "unwatch": ("watches",),
    "watches": ("watches",),
    "children": ("run runs",),
    "stop-several": ("runs failed",),
    "overview": ("states needs accounts ticking warning watchdog",),
    "prompt": ("live needs text",),
    "accounts": ("accounts ticking",),
    "adopt": ("id name dir phase agent session window no_window notes",),
    "adopt-dry-run": ("agent session directory refused launch",),
    "sessions": ("sessions hidden processes",),
    "search-hit": ("kind text at show title agent session run attempt directory changed_at path offset",),
    "report": (
        "since_at until_at passed failed others waits recovered commits live cost_usd tokens without_cost left_out text",
    ),
    "ack": ("runs",),
    "resume": ("id attempt phase state dry_run how brief",),
    "resume-several": ("runs failed",),
    "stop": ("id phase outcome note",),
    "finish": ("id phase outcome note",),
    "send": ("id message state why check",),
    "send-several": ("runs failed",),
    "clear": ("id message state why",),
    "compact": ("id message state why",),
    "open": ("id command place started",),
    "note": ("id attempt event written",),
    "tell": ("id notice adapters left",),
    "inbox-ls": ("runs",),
    "inbox-rm": ("id message into ahead",),
    "inbox-edit": ("id message into ahead",),
    "inbox-edit-text": ("id message text",),
    "inbox-first": ("id message into ahead",),
    "inbox-release": ("id message into ahead",),
    "answer": ("id message state why check",),
    "answer-dialog": ("id text question options safe",),
    "approve": ("id message state why check",),
    "deny": ("id message state why check",),
    "approve-proposal": ("id proposal state why acts at new",),
    "deny-proposal": ("id proposal state why acts at new",),
    "wait": ("met runs",),
    "verify": ("id passed verify output meaning next",),
    "handoff": ("id text problems",),
    "recipe-ls": ("recipes",),
    "recipe-show": ("name values origins sources text", "name sh"),
    "recipe-lint": ("faults",),
    "config-show": ("file exists settings", "text"),
    "config-lint": ("file exists faults",),
    "config-edit": ("file",),
    "trust": (TRUST,),
    "trust-ls": ("repositories",),
    "trust-show": (TRUST,),
    "trust-rm": ("path",),
    "brief-new": ("file",),
    "brief-lint": ("files errors warnings",),
    "brief-ls": ("briefs",),
    "brief-save": ("name file params",),
    "brief-show": ("name file text params",),
    "diff": ("id base to ref files diff cut notes",),
    "path": ("id path own",),
    "merge": ("id how top into commit commits files rest notes next",),
    "salvage-ls": ("snapshots",),
    "salvage-show": ("snapshot staged files diff cut",),
    "salvage-restore": ("into files notes",),
    "init": ("home home_made top supervisor written tests",),
    "fsck": ("checked runs",),
    "rm": ("id snapshot repo tree branch notes",),
    **{f"{verb}-several": ("runs failed",) for verb in ("rm", "hold", "release")},
    "gc": ("items",),
    "doctor": ("level lines capture",),
    "skill-show": ("text",),
    "skill-install": ("path state",),
    "what": ("id name state title now recently asked summary summary_calls",),
    "why": (
        f"id phase attempt outcome reason meaning state needs waits {VERDICT} resets_at resets_zone prompt waits_itself retrying",
    ),
    "judge": (f"{VERDICT} resets_at resets_zone prompt waits_itself retrying",),
    "hold": ("id held until_at",),
    "release": ("id released account",),
    "recover": ("id phase found playbook fits steps why verdict did dry_run",),
    "plan": ("plan name state file launched_at max_live budget_usd cost_usd on_failure live entries found notes",),
    "plan-dry-run": ("name max_live on_failure order runs",),
    "plan-ls": ("plans",),
    "playbook-ls": ("playbooks faults",),
    "playbook-show": ("name path text",),
    "playbook-lint": ("faults",),
    "playbook-test": ("tried",),
    "notify-ls": ("adapters faults unrouted events",),
    "notify-test": ("name uses outcome said seconds ok unattended",),
    "notify-show": ("name file origin text",),
    "notify-add": ("name file to_do tested",),
    "notify-pause": ("name until",),
    "notify-resume": ("name was_paused",),
    "notify-lint": ("faults",),
    "watchdog-tick": ("busy live done unread did acts",),
    "watchdog-install": ("with done",),
    "watchdog-uninstall": ("done",),
    "watchdog-run": ("ticks acts",),
    "watchdog-status": ("installed last age_seconds warning present foreground ping words",),
}
"""The keys of every document since version 0.1: this table only grows. Of several forms, one stands for each type."""

INNER = {
    "launch": {"runs": "id name dir asked_at state found error notes ports"},
    "launch-dry-run": {"runs": f"asked_at {PLAN}", "steps": "step title line file text"},
    "adopt-dry-run": {"refused": "why cure"},
    "diff": {"files": "path change was insertions deletions"},
    "show": {
        "turns": "prompt own started_at ended_at ok steps left_out",
        "steps": "kind line text at side tool result failed exit_code files",
    },
    "wait": {"runs": "id state reason needs waits"},
    "watch": {"watches": "id run due_at told new"},
    "unwatch": {"watches": "id run by"},
    "watches": {"watches": "id run state by wanted at due_at"},
    "ack": {"runs": "id attempt outcome new"},
    "accounts": {"accounts": "account agents held until until_at since why command live waits next next_at today week"},
    "overview": {"accounts": "account until until_at why runs command"},
    "answer-dialog": {"options": "word text"},
    "fsck": {"runs": "id phase problems mended foreign"},
    "gc": {"items": "kind path bytes can why done cure"},
    "doctor": {
        "lines": "name level words cure",
        "capture": "run name attempt reader on trouble read_at last_event behind_bytes lag_seconds unreadable unknown",
    },
    "config-show": {"settings": "key value origin type default range says"},
    "brief-lint": {"files": "file findings"},
    "brief-ls": {"briefs": "name objective params file error"},
    "trust": {"files": "path sha256 state", "keys": "key value sha256 state"},
    "trust-ls": {"repositories": "path remote at files keys trouble"},
    "salvage-ls": {"snapshots": "ref commit top run n why at branch head index kept under_way state inner missed"},
    "plan": {"entries": "name state run runs needs when base merge race why hint files asked_at"},
    "plan-ls": {"plans": "id name state launched_at entries live file cost_usd problem"},
    "playbook-test": {"tried": "path verdict confidence words playbook fits steps"},
    "notify-ls": {"adapters": "name uses file enabled events labels waiting failed last_try paused_until said pause"},
}
"""The same of the entries of lists."""


def _generator():
    path = str(ROOT / "scripts" / "generate-operations")
    spec = importlib.util.spec_from_loader("generate_operations", SourceFileLoader("generate_operations", path))
    module = importlib.util.module_from_spec(spec)
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # the script has no suffix: its bytecode would lie beside it
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


GENERATOR = _generator()
DOCUMENTS = GENERATOR.documents()


def lost(promised, kinds):
    """What was promised, and none of the types has, for each form."""
    keys = [{field.name.rstrip("_") for field in dataclasses.fields(kind)} for kind in kinds]
    return [min((set(form.split()) - one for one in keys), key=len) for form in promised]


def test_every_document_has_its_promise():
    assert set(PROMISED) == set(DOCUMENTS)


@pytest.mark.parametrize("name", PROMISED)
def test_no_key_is_lost(name):
    assert not any(lost(PROMISED[name], DOCUMENTS[name]))


def test_a_lost_key_is_seen():
    assert lost(("id gone",), DOCUMENTS["stop"]) == [{"gone"}]


def keys_of_entry(table, key):
    """The keys in the braces behind `key[]`, and those of the entries inside."""
    inside = table.split(f"{key}[]{{", 1)[1]
    depth = end = 0
    while depth >= 0:
        depth += {"{": 1, "}": -1}.get(inside[end], 0)
        end += 1
    return set(inside[: end - 1].replace("[]", "").replace("{", ", ").replace("}", "").split(", "))


@pytest.mark.parametrize("name", INNER)
def test_no_key_of_an_entry_is_lost(name):
    for kind in DOCUMENTS[name]:
        GENERATOR.types_in(kind)  # gives the modules of the types the records that they import for checks alone
    table = " ".join(GENERATOR.keys(kind) for kind in DOCUMENTS[name])
    for key, promised in INNER[name].items():
        assert set(promised.split()) <= keys_of_entry(table, key)


def test_a_document_has_all_keys_of_its_type():
    stop = registry.get("stop")
    kind, _ = stop.results
    assert encode.document("stop", kind("a", "done", None, None)) == {
        "schema": "workcell.stop/1",
        "id": "a",
        "phase": "done",
        "outcome": None,
        "note": None,
    }


def test_a_result_of_another_operation_is_an_error():
    kind, _ = registry.get("stop").results
    with pytest.raises(KeyError):
        encode.document("ls", kind("a", "done", None, None))


def test_entries_of_lists_are_plain_and_a_word_of_python_is_a_key():
    (installed,) = registry.get("watchdog install").results
    assert encode.plain(installed("cron", ["x"], None)) == {"with": "cron", "done": ["x"], "warning": None}
    (linted,) = registry.get("brief lint").results
    assert encode.plain(linted([], 0, 0)) == {"files": [], "errors": 0, "warnings": 0}
