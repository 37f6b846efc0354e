"""env.json: the environment that agent and verify script of a run get."""

import os

from workcell.base import digest, json_codec
from workcell.base.errors import Invalid
from workcell.rundir import layout, ledger, safe_open, writer


class Stored:
    """What env.json holds: the environment, the names in it that files fixed, and the umask."""

    def __init__(self, env: dict[str, str], fixed: list[str], umask: int) -> None:
        self.env = env
        self.fixed = fixed
        self.umask = umask


def read(run: str) -> Stored:
    """The run's environment. Invalid with the cure when it is not there, cannot be read, or was changed."""
    path = os.path.join(run, layout.ENV)
    name = os.path.basename(run)
    try:
        data = safe_open.read(path, writer.LARGEST)
        if data is None:
            raise FileNotFoundError
        book = ledger.read(run)
        wanted = book and book.hashes.get((0, layout.ENV))
        if wanted and digest.sha256(data) != wanted:
            raise Invalid(
                f"{path} is not what was written at launch or resume",
                f"see what differs, and take it as it is now: workcell fsck --accept {name}",
            )
        found = json_codec.decode(data)
        env, fixed = dict(found["env"]), list(found.get("fixed") or [])
        return Stored(
            {str(key): str(value) for key, value in env.items()}, [str(one) for one in fixed], int(found["umask"])
        )
    except FileNotFoundError as error:
        raise Invalid(f"{name} has no {layout.ENV}: it was left out, or taken away", _cure(path)) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Invalid(f"{path} cannot be read: {error}", _cure(path)) from error


def _cure(path: str) -> str:
    example = '{"schema": "workcell.file.env/1", "env": {"PATH": "...", "HOME": "..."}, "umask": 18}'
    return f"write {example} into {path}"


def unchecked(run: str) -> dict[str, str]:
    """The environment as env.json has it now, also when it was changed; empty when there is none.

    Only for masking: nothing may be started with it.
    """
    try:
        found = json_codec.decode(safe_open.read(os.path.join(run, layout.ENV), writer.LARGEST) or b"")
        return {str(key): str(value) for key, value in dict(found["env"]).items()}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def known(run: str) -> dict[str, str]:
    """The run's environment, empty when it cannot be read: for those who only look for something in it."""
    try:
        return read(run).env
    except Invalid:
        return {}
