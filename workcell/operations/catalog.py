"""The list of operations: for each name its request type, its function, and the documents that its results are.

The imports stand in functions: an operation is loaded when it is asked for, so that `ls` pays for no other.
"""

from collections.abc import Callable

from workcell.operations import conversations, inboxes, messages, plans, shared_trees, watching
from workcell.operations.operation import Operation


def _launch_and_resume() -> dict[str, Operation]:
    from workcell.launch import requests as op
    from workcell.together import launching, plan_results

    results = {
        op.Launched: "launch",
        op.LaunchedAll: "launch",
        op.DryRun: "launch-dry-run",
        op.DryRuns: "launch-dry-run",
        plan_results.Result: "plan",
        plan_results.DryRun: "plan-dry-run",
    }
    return {
        "launch": Operation(op.LaunchRequest, launching.perform_launch, results),
        "spawn": Operation(op.SpawnRequest, launching.perform_spawn, results),
        "resume": Operation(
            op.ResumeRequest, op.perform_resume, {op.Resumed: "resume", op.ResumedAll: "resume-several"}
        ),
    }


def _stop() -> dict[str, Operation]:
    from workcell.finish import stop as op

    return {"stop": Operation(op.Request, op.perform, {op.Result: "stop", op.Results: "stop-several"})}


def _wait() -> dict[str, Operation]:
    from workcell.launch import wait as op

    return {"wait": Operation(op.Request, op.perform, {op.Waited: "wait"})}


def _answer() -> dict[str, Operation]:
    from workcell.together import answer as op

    return {"answer": Operation(op.Request, op.perform, {op.Result: "answer", op.Dialog: "answer-dialog"})}


def _approvals() -> dict[str, Operation]:
    from workcell.approvals import decisions, pending, try_rules
    from workcell.together.send import Result
    from workcell.watch import approving as op

    return {
        "approvals ls": Operation(pending.Request, pending.perform, {pending.Listed: "approvals-ls"}),
        "approvals log": Operation(decisions.Request, decisions.perform, {decisions.Result: "approvals-log"}),
        "approvals test": Operation(try_rules.Request, try_rules.perform, {try_rules.Result: "approvals-test"}),
        "approve": Operation(op.Request, op.perform_approve, {Result: "approve", op.Decided: "approve-proposal"}),
        "deny": Operation(op.DenyRequest, op.perform_deny, {Result: "deny", op.Decided: "deny-proposal"}),
    }


def _ls() -> dict[str, Operation]:
    from workcell.views import ls as op

    return dict.fromkeys(("ls", "top"), Operation(op.Request, op.perform, {op.Result: "ls"}))


def _children() -> dict[str, Operation]:
    from workcell.views import children as op

    return {"children": Operation(op.Request, op.perform, {op.Result: "children"})}


def _ack_and_prompt() -> dict[str, Operation]:
    from workcell.upkeep import ack
    from workcell.views import prompt

    seen = Operation(ack.Request, ack.perform, {ack.Result: "ack"})
    return {"ack": seen, "prompt": Operation(prompt.Request, prompt.perform, {prompt.Result: "prompt"})}


def _status() -> dict[str, Operation]:
    from workcell.views import inside, overview
    from workcell.views import status as op

    results = {op.Result: "status", op.Several: "statuses", overview.Result: "overview", inside.Result: "inside"}
    return {"status": Operation(op.Request, op.perform, results)}


def _report() -> dict[str, Operation]:
    from workcell.views import report as op

    return {"report": Operation(op.Request, op.perform, {op.Result: "report"})}


def _accounts() -> dict[str, Operation]:
    from workcell.views import accounts as op

    return {"accounts": Operation(op.Request, op.perform, {op.Result: "accounts"})}


def _what() -> dict[str, Operation]:
    from workcell.views import what as op

    return {"what": Operation(op.Request, op.perform, {op.Result: "what"})}


def _why() -> dict[str, Operation]:
    from workcell.views import why as op

    return {"why": Operation(op.Request, op.perform, {op.Result: "why"})}


def _show_and_export() -> dict[str, Operation]:
    from workcell.views import export, replay, show

    return {
        "show": Operation(show.Request, show.perform, {show.Result: "show"}),
        "replay": Operation(replay.Request, replay.perform),
        "export": Operation(export.Request, export.perform, {export.Result: "export"}),
    }


def _logs() -> dict[str, Operation]:
    from workcell.views import logs as op

    return {"logs": Operation(op.Request, op.perform)}


def _screen() -> dict[str, Operation]:
    from workcell.views import screen as op

    return {"screen": Operation(op.Request, op.perform, {op.Result: "screen"})}


def _attach_and_open() -> dict[str, Operation]:
    from workcell.launch import attach, open_run

    return {
        "attach": Operation(attach.Request, attach.perform),
        "open": Operation(open_run.Request, open_run.perform, {open_run.Result: "open"}),
    }


def _diff_and_path() -> dict[str, Operation]:
    from workcell.views import diff, path

    return {
        "diff": Operation(diff.Request, diff.perform, {diff.Result: "diff"}),
        "path": Operation(path.Request, path.perform, {path.Result: "path"}),
    }


def _events() -> dict[str, Operation]:
    from workcell.views import events as op

    return {"events": Operation(op.Request, op.perform)}


def _verify_and_handoff() -> dict[str, Operation]:
    from workcell.finish import read_handoff, verify

    return {
        "verify": Operation(verify.Request, verify.perform, {verify.Result: "verify"}),
        "handoff": Operation(read_handoff.Request, read_handoff.perform, {read_handoff.Result: "handoff"}),
    }


def _salvage() -> dict[str, Operation]:
    from workcell.upkeep import salvage as op

    return {
        "salvage ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "salvage-ls"}),
        "salvage show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "salvage-show"}),
        "salvage restore": Operation(op.RestoreRequest, op.perform_restore, {op.Restored: "salvage-restore"}),
    }


def _watchdog() -> dict[str, Operation]:
    from workcell.watch import foreground
    from workcell.watch import watchdog as op

    return {
        "watchdog tick": Operation(op.TickRequest, op.perform_tick, {op.Ticked: "watchdog-tick"}),
        "watchdog run": Operation(foreground.Request, foreground.perform, {foreground.Result: "watchdog-run"}),
        "watchdog install": Operation(op.InstallRequest, op.perform_install, {op.Installed: "watchdog-install"}),
        "watchdog uninstall": Operation(
            op.UninstallRequest, op.perform_uninstall, {op.Uninstalled: "watchdog-uninstall"}
        ),
        "watchdog status": Operation(op.StatusRequest, op.perform_status, {op.Status: "watchdog-status"}),
    }


def _recover() -> dict[str, Operation]:
    from workcell.watch import recover as op

    return {"recover": Operation(op.Request, op.perform, {op.Result: "recover"})}


def _hold_and_release() -> dict[str, Operation]:
    from workcell.accounts import hold as op

    return {
        "hold": Operation(op.HoldRequest, op.perform_hold, {op.Held: "hold", op.HeldAll: "hold-several"}),
        "release": Operation(
            op.ReleaseRequest, op.perform_release, {op.Released: "release", op.ReleasedAll: "release-several"}
        ),
    }


def _judge() -> dict[str, Operation]:
    from workcell.evidence import judge as op

    return {"judge": Operation(op.Request, op.perform, {op.Result: "judge"})}


def _brief() -> dict[str, Operation]:
    from workcell.launch import briefs as op
    from workcell.launch import saved_briefs as saved

    return {
        "brief new": Operation(op.NewRequest, op.perform_new, {op.Written: "brief-new"}),
        "brief lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "brief-lint"}),
        "brief ls": Operation(saved.ListRequest, saved.perform_ls, {saved.Listed: "brief-ls"}),
        "brief save": Operation(saved.SaveRequest, saved.perform_save, {saved.Saved: "brief-save"}),
        "brief show": Operation(saved.ShowRequest, saved.perform_show, {saved.Shown: "brief-show"}),
    }


def _config() -> dict[str, Operation]:
    from workcell.upkeep import config_file as op

    return {
        "config show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "config-show", op.Example: "config-show"}),
        "config lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "config-lint"}),
        "config edit": Operation(op.EditRequest, op.perform_edit, {op.Edited: "config-edit"}),
    }


def _recipe() -> dict[str, Operation]:
    from workcell.upkeep import recipe_catalog as op

    return {
        "recipe ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "recipe-ls"}),
        "recipe show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "recipe-show", op.ByHand: "recipe-show"}),
        "recipe lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "recipe-lint"}),
    }


def _notify() -> dict[str, Operation]:
    from workcell.channels import pauses
    from workcell.channels import requests as op

    return {
        "notify ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "notify-ls"}),
        "notify show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "notify-show"}),
        "notify add": Operation(op.AddRequest, op.perform_add, {op.Added: "notify-add"}),
        "notify pause": Operation(pauses.PauseRequest, pauses.perform_pause, {pauses.Paused: "notify-pause"}),
        "notify resume": Operation(pauses.ResumeRequest, pauses.perform_resume, {pauses.Resumed: "notify-resume"}),
        "notify test": Operation(op.TestRequest, op.perform_test, {op.Tested: "notify-test"}),
        "notify lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "notify-lint"}),
    }


def _playbook() -> dict[str, Operation]:
    from workcell.upkeep import playbook_catalog as op

    return {
        "playbook ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "playbook-ls"}),
        "playbook show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "playbook-show"}),
        "playbook lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "playbook-lint"}),
        "playbook test": Operation(op.TestRequest, op.perform_test, {op.TestResult: "playbook-test"}),
    }


def _trust() -> dict[str, Operation]:
    from workcell.trust import requests as op

    return {
        "trust add": Operation(op.AddRequest, op.perform_add, {op.Added: "trust"}),
        "trust ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "trust-ls"}),
        "trust show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "trust-show"}),
        "trust rm": Operation(op.RmRequest, op.perform_rm, {op.Removed: "trust-rm"}),
    }


def _init() -> dict[str, Operation]:
    from workcell.upkeep import init as op

    return {"init": Operation(op.Request, op.perform, {op.Result: "init"})}


def _doctor() -> dict[str, Operation]:
    from workcell.watch import doctor_request as op

    return {"doctor": Operation(op.Request, op.perform, {op.Result: "doctor"})}


def _skill() -> dict[str, Operation]:
    from workcell.upkeep import install_skill as op

    return {
        "skill show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "skill-show"}),
        "skill install": Operation(op.Request, op.perform, {op.Result: "skill-install"}),
    }


def _merge() -> dict[str, Operation]:
    from workcell.upkeep import merge as op

    return {"merge": Operation(op.Request, op.perform, {op.Result: "merge"})}


def _rm_and_gc() -> dict[str, Operation]:
    from workcell.upkeep import gc, rm

    return {
        "rm": Operation(rm.Request, rm.perform, {rm.Result: "rm", rm.Results: "rm-several"}),
        "gc": Operation(gc.Request, gc.perform, {gc.Result: "gc"}),
    }


def _fsck() -> dict[str, Operation]:
    from workcell.upkeep import fsck as op

    return {"fsck": Operation(op.Request, op.perform, {op.Result: "fsck"})}


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    "launch": _launch_and_resume,
    "spawn": _launch_and_resume,
    "resume": _launch_and_resume,
    **plans.OPERATIONS,
    "stop": _stop,
    "wait": _wait,
    **messages.OPERATIONS,
    **shared_trees.OPERATIONS,
    "answer": _answer,
    **dict.fromkeys(("approve", "deny", "approvals ls", "approvals log", "approvals test"), _approvals),
    **dict.fromkeys(("ls", "top"), _ls),
    "children": _children,
    "status": _status,
    "report": _report,
    "accounts": _accounts,
    **conversations.OPERATIONS,
    **watching.OPERATIONS,
    **inboxes.OPERATIONS,
    **dict.fromkeys(("prompt", "ack"), _ack_and_prompt),
    "what": _what,
    "why": _why,
    **dict.fromkeys(("show", "export", "replay"), _show_and_export),
    "logs": _logs,
    "screen": _screen,
    **dict.fromkeys(("attach", "open"), _attach_and_open),
    **dict.fromkeys(("diff", "path"), _diff_and_path),
    "events": _events,
    **dict.fromkeys(("verify", "handoff"), _verify_and_handoff),
    "merge": _merge,
    **dict.fromkeys(("salvage ls", "salvage show", "salvage restore"), _salvage),
    **dict.fromkeys(
        ("watchdog tick", "watchdog run", "watchdog install", "watchdog uninstall", "watchdog status"), _watchdog
    ),
    "recover": _recover,
    "hold": _hold_and_release,
    "release": _hold_and_release,
    "judge": _judge,
    **dict.fromkeys(("brief new", "brief lint", "brief ls", "brief save", "brief show"), _brief),
    **dict.fromkeys(("config show", "config lint", "config edit"), _config),
    **dict.fromkeys(("recipe ls", "recipe show", "recipe lint"), _recipe),
    **dict.fromkeys(("notify ls", "notify show", "notify add", "notify test", "notify lint"), _notify),
    **dict.fromkeys(("notify pause", "notify resume"), _notify),
    **dict.fromkeys(("playbook ls", "playbook show", "playbook lint", "playbook test"), _playbook),
    **dict.fromkeys(("trust add", "trust ls", "trust show", "trust rm"), _trust),
    "init": _init,
    "doctor": _doctor,
    "skill show": _skill,
    "skill install": _skill,
    "fsck": _fsck,
    **dict.fromkeys(("rm", "gc"), _rm_and_gc),
}
"""Every operation by name, the words of its verb on the command line, and what loads it with those of its module."""
