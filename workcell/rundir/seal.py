"""The ways in which a file comes to be: sealed once, replaced whole, or kept room for."""

import errno
import os
import time

from workcell.rundir import layout

_GONE = 5
"""Times to ask for a directory that is not there."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMLINK)


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
    return path


def seal(directory: str, name: str, data: bytes, mode: int = 0o600) -> bytes:
    """Give `data` the name `name` for ever; if somebody was first, nothing changes.

    Returns the bytes that stand there now: ours, or those of whoever was first.
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


class Slot:
    """Room on disk for the exit record, taken before the agent starts: a full disk cannot lose the exit code.

    Writing into allocated blocks works on a full ext4 and tmpfs. The name is given by link(2), and where even
    that has no room (tmpfs counts a link as an inode) by rename(2), which is safe because only the holder of
    runner.lock gets here.
    """

    SIZE = 4096

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._path = os.path.join(directory, layout.EXIT_SLOT)
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._fd, 0, self.SIZE)
        except (AttributeError, OSError) as error:
            # macOS has no posix_fallocate, and some file systems (ZFS, some FUSE) refuse it
            if getattr(error, "errno", None) not in (None, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise
            write_all(self._fd, bytes(self.SIZE))

    def keep(self, data: bytes) -> None:
        """Put the record into its room before it may have its name: a later holder of the lock finds it there."""
        self._fits(data)
        try:
            os.pwrite(self._fd, data, 0)
            os.ftruncate(self._fd, len(data))
            os.fsync(self._fd)
        except OSError:
            pass  # `seal` asks again, and for as long as it takes

    def _fits(self, data: bytes) -> None:
        if len(data) > self.SIZE:
            raise ValueError("the record is larger than the room kept for it")

    def seal(self, name: str, data: bytes) -> None:
        """Seal `data` as `name`, asking again for as long as the disk refuses.

        A room whose name is gone (somebody removed it) serves no more: the record is then sealed like any other.
        Raises OSError when the directory itself is gone and does not come back.
        """
        self._fits(data)
        final = os.path.join(self._directory, name)
        pause = 0.01
        tries = 0
        while True:
            try:
                os.pwrite(self._fd, data, 0)
                os.ftruncate(self._fd, len(data))
                self._sync(tries)
                _no_link(final)
                if not os.path.exists(final):
                    try:
                        os.link(self._path, final)
                    except OSError as error:
                        if error.errno not in _FULL:
                            raise
                        os.rename(self._path, final)
                self._sync_name(tries)
                break
            except (FileNotFoundError, NotADirectoryError):
                tries += 1
                try:
                    seal(self._directory, name, data)
                    break
                except (FileNotFoundError, NotADirectoryError):
                    if tries > _GONE:
                        raise
                except OSError:
                    pass  # a full disk: asked again
                time.sleep(pause)
                pause = min(pause * 2, 1.0)
            except OSError:
                tries += 1
                time.sleep(pause)
                pause = min(pause * 2, 1.0)
        try:
            os.unlink(self._path)
        except OSError:
            pass  # a left-over slot is hidden, harmless and taken by fsck

    def _sync(self, tries: int) -> None:
        try:
            os.fsync(self._fd)
        except OSError:
            if tries < 5:
                raise
            # a disk that cannot sync any more: a record that may be lost in a power cut beats none

    def _sync_name(self, tries: int) -> None:
        try:
            sync_directory(self._directory)
        except OSError:
            if tries < 5:
                raise
