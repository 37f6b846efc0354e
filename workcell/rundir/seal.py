"""The ways in which a file comes to be: sealed once, or replaced whole."""

import os
import time


def write_all(fd: int, data: bytes) -> None:
    """Write every byte; a full disk makes short writes that are no error (tmpfs), so write(2) is asked again."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def sync_directory(path: str) -> None:
    """Make names in `path` durable: without it a rename may be undone by a power cut."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _temporary(directory: str, name: str) -> str:
    return os.path.join(directory, f".{name}.{os.getpid()}.{time.monotonic_ns()}")


def _write_temporary(directory: str, name: str, data: bytes, mode: int) -> str:
    path = _temporary(directory, name)
    _write_new(path, data, mode)
    return path


def _write_new(path: str, data: bytes, mode: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
    except BaseException:
        _discard(path)
        raise


def stage(directory: str, name: str, data: bytes, mode: int = 0o600) -> None:
    """Write a file into a directory that is renamed once it is whole; its caller syncs the directory before that."""
    _write_new(os.path.join(directory, name), data, mode)


def seal(directory: str, name: str, data: bytes, mode: int = 0o600) -> bytes:
    """Give `data` the name `name` for ever; if another process was first, nothing changes.

    Returns the bytes that stand there now: ours, or those of the process that was first.
    """
    final = os.path.join(directory, name)
    temporary = _write_temporary(directory, name, data, mode)
    try:
        try:
            _no_link(final)
            os.link(temporary, final)
        except FileExistsError:
            with open(final, "rb") as file:
                data = file.read()
    finally:
        _discard(temporary)
    sync_directory(directory)
    return data


def _no_link(final: str) -> None:
    """Nothing that is sealed is a symbolic link: one that was laid in its place leads nowhere, or elsewhere."""
    if os.path.islink(final):
        os.unlink(final)


def _discard(temporary: str) -> None:
    """A temporary name that cannot be removed is hidden and harmless: what is sealed is sealed, and goes on."""
    try:
        os.unlink(temporary)
    except OSError:
        pass


def replace(directory: str, name: str, data: bytes, mode: int = 0o600) -> None:
    """Put `data` in the place of `name` in one step: readers see the old or the new, never a part."""
    temporary = _write_temporary(directory, name, data, mode)
    try:
        os.rename(temporary, os.path.join(directory, name))
    except BaseException:
        _discard(temporary)
        raise
    sync_directory(directory)


def replace_in(folder: int, name: str, data: bytes, mode: int = 0o600) -> None:
    """Like `replace`, in the directory that is open as `folder`: no link can lead elsewhere in the meantime."""
    temporary = f".{name}.{os.getpid()}.{time.monotonic_ns()}"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
    try:
        try:
            write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        try:
            os.unlink(temporary, dir_fd=folder)
        except OSError:
            pass
        raise
    os.fsync(folder)


def point(directory: str, name: str, target: str) -> None:
    """Make the symbolic link `name` lead to `target`, in one step."""
    temporary = _temporary(directory, name)
    os.symlink(target, temporary)
    try:
        os.rename(temporary, os.path.join(directory, name))
    except BaseException:
        _discard(temporary)
        raise
    sync_directory(directory)
