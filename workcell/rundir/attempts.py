"""The directory of an attempt, opened so that no link which the agent laid leads a writer elsewhere.

The agent can rename, replace and remove every directory of its run. A writer of records opens the directory once,
without following symbolic links, and names files relative to what was opened.
"""

import os
import stat
import time

from workcell.rundir import layout, ledger

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def make_own(run: str, n: int) -> None:
    """Make the directories of the attempt real ones that their owner can write to, as far as the disk allows.

    What else has such a name is renamed, not removed.
    """
    folder = own(run, n)
    if folder is not None:
        os.close(folder)


def opened(run: str, n: int) -> "int | None":
    """A descriptor of the directory of attempt `n`; None where it, or one above it in the run, is no directory."""
    return _walk(run, n, make=False)


def own(run: str, n: int) -> "int | None":
    """The directory of attempt `n`, put right first; None where the disk, or the agent again and again, prevents it."""
    return _walk(run, n, make=True)


def _walk(run: str, n: int, *, make: bool) -> "int | None":
    """Each directory is opened from within the one above it, which no name can replace any more."""
    folder = None
    for part in (run, layout.ATTEMPTS, layout.number(n)):
        above = folder
        try:
            # a run that no ledger of its home knows was moved away with its home, and is none to make anew
            if make and (above is not None or os.path.lexists(run) or ledger.exists(run)):
                _make_real(above, part)
            folder = os.open(part, _FOLDER, dir_fd=above)
        except OSError:
            return None
        finally:
            if above is not None:
                os.close(above)
    return folder


def _make_real(above: "int | None", part: str) -> None:
    try:
        about = os.stat(part, dir_fd=above, follow_symlinks=False)
        if stat.S_ISDIR(about.st_mode):
            if stat.S_IMODE(about.st_mode) & 0o700 != 0o700:
                os.chmod(part, 0o700, dir_fd=above)
            return
        set_aside(above, part)
    except FileNotFoundError:
        pass
    try:
        os.mkdir(part, 0o700, dir_fd=above)
    except FileExistsError:
        pass  # the opening says what it is


def path_of(folder: int, directory: str) -> str:
    """A path that leads into the open directory `folder`, whatever has the name `directory` by now.

    For what is written by path. Without /proc it is `directory` itself.
    """
    path = f"/proc/self/fd/{folder}"
    return path if os.path.isdir(path) else directory


def there(folder: int, name: str) -> bool:
    """Whether anything has that name in the directory `folder`."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def is_directory(folder: int, name: str) -> bool:
    """Whether a directory, and no link to one, has that name in `folder`."""
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def set_aside(folder: "int | None", name: str) -> None:
    """Rename whatever stands there, as `plainfile.set_aside` does."""
    os.rename(name, f"{name}.was.{time.monotonic_ns()}", src_dir_fd=folder, dst_dir_fd=folder)


def move_to_foreign(folder: int, name: str) -> None:
    """Move a file without a line in the ledger to `foreign/`. Raises OSError when the disk refuses."""
    try:
        os.mkdir(layout.FOREIGN, 0o700, dir_fd=folder)
    except FileExistsError:
        if not is_directory(folder, layout.FOREIGN):
            set_aside(folder, layout.FOREIGN)
            os.mkdir(layout.FOREIGN, 0o700, dir_fd=folder)
    target = os.open(layout.FOREIGN, _FOLDER, dir_fd=folder)
    try:
        new = f"{name}.{time.monotonic_ns()}" if there(target, name) else name
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=target)
    finally:
        os.close(target)


def remove_hidden(folder: int, beginnings: "tuple[str, ...]") -> None:
    """Unlink files whose names begin so: temporary ones of writers that were killed."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith(beginnings):
            try:
                os.unlink(name, dir_fd=folder)
            except OSError:
                continue  # hidden and harmless; fsck names it
