"""The files of control groups: small texts that the kernel makes when they are read."""

import os


def write(directory: str, file: str, text: str) -> None:
    """Write `text` in one call. Raises OSError with what the kernel says against it."""
    # no O_CREAT: where the kernel has no such file, nothing is limited
    fd = os.open(os.path.join(directory, file), os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def attempt(directory: str, file: str, text: str) -> None:
    """Write where the kernel has that file and takes the text; nothing otherwise."""
    try:
        write(directory, file, text)
    except OSError:
        pass


def lines(path: str) -> list[str]:
    """The lines of a file; none where it cannot be read."""
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:
        return []


def words(directory: str, file: str) -> list[str]:
    """The words of a file; none where it cannot be read."""
    return " ".join(lines(os.path.join(directory, file))).split()


def numbers(directory: str) -> list[int]:
    """The pids in a group, without those in the groups below it."""
    return [int(word) for word in words(directory, "cgroup.procs")]


def number(directory: str, file: str) -> int | None:
    """The one number in a file; None where there is none."""
    found = words(directory, file)
    return int(found[0]) if found and found[0].isdigit() else None


def value(directory: str, file: str, key: str) -> int | None:
    """The number behind `key` in a file of such pairs; None where there is none."""
    for line in lines(os.path.join(directory, file)):
        word, _, value = line.partition(" ")
        if word == key:
            return int(value)
    return None
