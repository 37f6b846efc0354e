"""What a run takes over from the environment of the shell that launches it.

Of git's own variables these are only those that say in whose name and with which key git works. The others stay
behind: GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE and their like, which git sets for its hooks, lead every git command to
another repository or index; GIT_CONFIG_* may start programs and hold credentials; GIT_AUTHOR_DATE would give all
commits one time.
"""

from collections.abc import Mapping

NAMES = (
    "HOME",
    "PATH",
    "SHELL",
    "USER",
    "LOGNAME",
    "LANG",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
)
PREFIXES = ("LC_", "XDG_")

IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")

_FROM_A_COMMIT = ("GIT_INDEX_FILE", "GIT_AUTHOR_DATE")
"""With one of these the shell is a hook of `git commit`: the identity in it is that of the commit being made, which
may be of another author than the person who commits."""


def taken_over(shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of `shell` that every run gets."""
    found = {name: value for name, value in shell.items() if name in NAMES or name.startswith(PREFIXES)}
    if not any(name in shell for name in _FROM_A_COMMIT):
        found.update({name: shell[name] for name in IDENTITY if name in shell})
    return found
