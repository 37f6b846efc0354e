"""What could go wrong when a request is allowed: low, write, network, destructive or secret.

It is a guess by names, made to hold a wide allow back from what a person would want to see first. It proves nothing: a
program does what it does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workcell.approvals import match
from workcell.approvals.shell import Command, Script

if TYPE_CHECKING:
    from workcell.rundir.schema.literals import Risk

ORDER: tuple[Risk, ...] = ("low", "write", "network", "destructive", "secret")
RISKY = ("destructive", "secret")
"""What a rule allows only with `even_risky: true`."""

LONGEST_WORD = 4096
"""Characters of a word that is looked through; a longer one is taken for the worst."""

_READS = match.names_of(
    """
    ls cat head tail less more wc file stat du df pwd echo printf true false test [ which type date whoami id
    uname hostname ps grep egrep fgrep rg ag find fd tree sort uniq cut tr diff cmp jq yq sleep basename dirname
    realpath readlink cd nl od xxd sha256sum md5sum column pytest mypy ruff tsc eslint shellcheck
    """
)
_NETWORK = match.names_of(
    """
    curl wget scp sftp ftp nc ncat netcat socat telnet rsync ping dig gh glab aws gcloud az npm pnpm yarn pip
    pip3 pipx uv uvx npx brew apt apt-get dnf yum docker podman kubectl helm terraform mail sendmail heroku
    """
)
_DESTROYS = match.names_of(
    """
    rm rmdir shred dd truncate unlink wipefs fdisk parted kill pkill killall shutdown reboot halt poweroff mount
    umount chown chgrp dropdb crontab useradd userdel usermod passwd visudo iptables nft systemctl launchctl at
    batch
    """
)
_SHOWS_ENVIRONMENT = frozenset(("set", "env", "export", "declare"))
_KEEPS_SECRETS = frozenset(("gpg", "pass", "op", "vault", "keyctl", "security"))
_SECRET_PATH = re.compile(
    r"(?i)(?:^|[/=:@\s])(?:\.env(?:\.(?!example|sample|template)[\w.-]+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials"
    r"|\.htpasswd|\.ssh(?:/.*)?|\.gnupg(?:/.*)?|\.aws(?:/.*)?|\.azure(?:/.*)?|\.config/gcloud(?:/.*)?|\.kube(?:/.*)?"
    r"|\.docker/config\.json|id_(?:rsa|dsa|ecdsa|ed25519)|auth\.json|\.?credentials(?:\.\w+)?|secrets?\.\w+|shadow"
    r"|environ|[^/\s]+\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$"
)


def _patterns(text: str) -> tuple[tuple[str, ...], ...]:
    """Patterns of commands, separated by commas."""
    return tuple(tuple(one.split()) for one in text.split(","))


_DESTROYING = _patterns(
    """
    git push --force, git push -f, git push --force-with-lease*, git push --delete, git push -d,
    git push --mirror, git push --prune, git push +*, git push * +*, git push * :*, git reset --hard,
    git reset --merge, git reset --keep, git clean, git restore, git filter-branch, git update-ref,
    git reflog expire, git checkout --, git checkout ., git checkout -f, git checkout --force, git branch -D,
    git branch -d, git branch --delete, git tag -d, git gc --prune*, git grep -O*, git stash drop, git stash clear,
    git worktree remove, git config, git -c, git --exec-path*, git --config-env*, git rm, docker rm, docker rmi,
    docker system, docker volume, docker kill, docker stop, docker run, docker exec, kubectl delete,
    kubectl drain, kubectl replace, kubectl scale, kubectl apply, kubectl exec, terraform destroy,
    terraform apply, terraform state, terraform import, rsync --delete*, chmod -R, npm publish, npm unpublish,
    gh repo delete, gh release delete, gh pr merge, gh api
    """
)
_GIT_NETWORK = _patterns("git push, git fetch, git pull, git clone, git ls-remote, git submodule, git send-email")
_GIT_READS = _patterns(
    """
    git status, git log, git diff, git show, git blame, git grep, git rev-parse, git ls-files, git describe,
    git shortlog
    """
)
_SECRET_COMMANDS = _patterns("gh auth token, git credential, aws configure, docker login")
_RUNS_BY_OPTION = re.compile(
    r"-(?:exec|execdir|ok|okdir|delete|fprint\w*|fls)$|--(?:to-command|checkpoint-action|compress-program|pre|upload-pack"
    r"|receive-pack|exec|open-files-in-pager|ext-diff|textconv|rsh|use-compress-program|info-script|new-volume-script)(?:=|$)"
)
_SQL = re.compile(r"(?i)\b(?:drop\s+(?:table|database|schema|index|view|user)|truncate\s+table|delete\s+from)\b")
_STEERS = re.compile(
    r"(?i)(?:^|/)(?:\.git(?:/.*)?|\.claude(?:/.*)?|\.codex(?:/.*)?|\.mcp\.json|\.workcell(?:/.*)?|\.(?:bash|zsh)(?:rc|env)|"
    r"\.(?:bash_|z)?profile|\.gitconfig|\.envrc|authorized_keys|rules/approvals\.yaml|approvals\.yaml)$"
)
"""Files that steer programs, git or workcell itself: writing them is as much as running a command."""

READING_TOOLS = frozenset(("Read", "Glob", "Grep", "LS", "NotebookRead", "TodoWrite", "TaskList", "BashOutput"))
NETWORK_TOOLS = frozenset(("WebFetch", "WebSearch"))


def of_script(script: Script) -> Risk:
    """The highest risk of what a script runs; a script that cannot be read is at least of `write`."""
    found: set[Risk] = {of_command(one) for one in script.commands}
    if not script.plain:
        found.add("write")
    return _highest(found)


def of_command(command: Command) -> Risk:
    """The risk of one simple command, by its program, its words, and the programs that it runs by them."""
    found: set[Risk] = set()
    words = [word for word in command if word is not None]
    if any(len(word) > LONGEST_WORD for word in words):
        found.add("destructive")
    elif any(map(_SECRET_PATH.search, words)):
        return "secret"
    try:
        found.update(_alone(one) for one in match.inner(command))
    except match.TooDeep:
        found.add("destructive")
    if match.runner(command) and "low" in found:
        found.add("write")
    return _highest(found)


def _alone(command: Command) -> Risk:
    words = [word for word in command if word is not None]
    program = os.path.basename(command[0] or "")
    if _any(_SECRET_COMMANDS, command) or any(map(_SECRET_PATH.search, words[:1])):
        return "secret"
    if program in _KEEPS_SECRETS or (program in _SHOWS_ENVIRONMENT and len(command) == 1) or program == "printenv":
        return "secret"
    destroys = program in _DESTROYS or program.startswith("mkfs") or _any(_DESTROYING, command)
    if destroys or program in ("sudo", "doas", "su", "pkexec"):
        return "destructive"
    if any(map(_RUNS_BY_OPTION.match, words)) or any(map(_SQL.search, words)):
        return "destructive"
    if program in _NETWORK or program == "ssh" or _any(_GIT_NETWORK, command):
        return "network"
    if program in _READS or _any(_GIT_READS, command):
        return "low"
    return "write"


def _any(patterns: Iterable[tuple[str, ...]], command: Command) -> bool:
    return any(match.meets_alone(pattern, command) for pattern in patterns)


def of_tool(tool: str, paths: Iterable[str], tree: str, *, deletes: bool = False) -> Risk:
    """The risk of a tool that is no shell. `paths` and `tree` are absolute, without links."""
    found: set[Risk] = {"destructive"} if deletes else set()
    reads = tool in READING_TOOLS
    for path in paths:
        if _SECRET_PATH.search(path):
            found.add("secret")
        elif not reads and (_STEERS.search(path) or not path.startswith(tree.rstrip("/") + "/")):
            found.add("destructive")
    if tool in NETWORK_TOOLS or tool.startswith("mcp__"):
        found.add("network")
    found.add("low" if reads else "write")
    return _highest(found)


def _highest(found: set[Risk]) -> Risk:
    return max(found, key=ORDER.index, default="low")
