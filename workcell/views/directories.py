"""Whether an agent worked in the directory that a person asked for."""

import os


class Within:
    """A directory that was asked for, by its path or by the name of one; None for any."""

    def __init__(self, repo: str | None, directory: str) -> None:
        """A path is relative to `directory`."""
        self.any = repo is None
        """Whether every directory is."""
        self._repo = repo
        self._path = None if repo is None else os.path.realpath(os.path.join(directory, repo))

    def __call__(self, directory: str | None) -> bool:
        """Whether `directory` is it, or lies below it."""
        if self._repo is None or self._path is None:
            return True
        if directory is None:
            return False
        return self._repo in directory.split("/") or f"{os.path.realpath(directory)}/".startswith(f"{self._path}/")
