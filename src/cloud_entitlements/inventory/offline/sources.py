"""The files that were given: themselves, those in folders, and those in zips. Nothing is extracted to disk."""

from __future__ import annotations

import gzip
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Self

from cloud_entitlements.inventory.offline.problems import Malformed, Problem
from cloud_entitlements.inventory.offline.reading import Readable

MAX_MEMBERS = 50_000
MAX_UNPACKED = 2 << 30
"""Bytes of all members of a zip, or of one gzip, together."""
_NUMBER = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ENCRYPTED = 0x1
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    """As the person who gave it would find it; a member of a zip after a `!`."""
    open: Callable[[], AbstractContextManager[Readable]]
    """Raises Malformed."""


def owner_of(name: str) -> str:
    """Whose gap a file is when its content does not tell: the account in its name, else the file itself."""
    numbers = _NUMBER.findall(name)
    return numbers[-1] if numbers else name


def is_account(owner: str) -> bool:
    return _NUMBER.fullmatch(owner) is not None


def sources(given: Sequence[Path], apart: Sequence[Path], stack: ExitStack) -> Iterator[Source | Problem]:
    """`apart` are files with another meaning, which may lie in a folder that was given. Zips are closed by `stack`."""
    stack.callback(_archive.cache_clear)
    seen = {path.resolve() for path in apart}
    for path in given:
        for found in _files(path) if path.is_dir() else [path]:
            if isinstance(found, Problem):
                yield found
            elif found.resolve() not in seen:
                seen.add(found.resolve())
                yield from _contents(found)


def _files(folder: Path) -> Iterator[Path | Problem]:
    failed: list[OSError] = []
    for parent, below, names in os.walk(folder, onerror=failed.append):
        below.sort()
        yield from (Path(parent) / name for name in sorted(names) if _wanted(name))
    for error in failed:
        yield Problem(str(error.filename or folder), f"it can't be read: {error.strerror or error}")


def _wanted(name: str) -> bool:
    """On macOS a zip has a `._name` beside each file, and a folder of them."""
    hidden = "__MACOSX/" in name or name.rpartition("/")[2].startswith("._")
    return name.lower().endswith((".json", ".json.gz", ".zip")) and not hidden


def _contents(path: Path) -> Iterator[Source | Problem]:
    if not path.is_file():
        yield Problem(str(path), "it is no regular file, and files are read twice: write it to one first")
        return
    try:
        with path.open("rb") as file:
            begins = file.read(len(_ZIP))
    except OSError as error:
        yield Problem(str(path), f"it can't be read: {error.strerror or error}")
        return
    if begins == _ZIP or path.suffix.lower() == ".zip":
        yield from _members(path)
    elif begins.startswith(_GZIP):
        yield Source(str(path), lambda: _Bounded(_opened(path, gzip.open), str(path)))
    else:
        yield Source(str(path), lambda: _opened(path, open))


def _opened(path: Path, how: Any) -> IO[bytes]:
    try:
        found: IO[bytes] = how(path, "rb")
    except OSError as error:
        raise Malformed(Problem(str(path), f"it can't be read: {error.strerror or error}")) from error
    return found


@lru_cache(maxsize=8)
def _archive(path: Path) -> zipfile.ZipFile:
    """Its directory is read once for all members; a folder of a thousand zips has not all of them open."""
    return zipfile.ZipFile(path)


def _members(path: Path) -> Iterator[Source | Problem]:
    try:
        archive = _archive(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        yield Problem(str(path), f"it is no zip that can be read: {error}")
        return
    members = [one for one in archive.infolist() if not one.is_dir() and _wanted(one.filename)]
    unpacked = sum(one.file_size for one in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        limits = f"{MAX_MEMBERS} files and {MAX_UNPACKED // _GIBIBYTE} GiB"
        yield Problem(
            str(path), f"it unpacks to {len(members)} files of {unpacked} bytes; the most is {limits}"
        )
        return
    for member in sorted(members, key=lambda one: one.filename):
        name = f"{path}!{member.filename}"
        refused = _refused(member)
        yield Problem(name, refused) if refused else Source(name, _opening(path, member, name))


def _refused(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted: unpack the zip with its password, and give the folder"
    if not member.filename.lower().endswith(".json"):
        return "an archive inside a zip is not opened: unpack the zip, and give the folder"
    return ""


def _opening(
    path: Path, member: zipfile.ZipInfo, name: str
) -> Callable[[], AbstractContextManager[Readable]]:
    def opened() -> IO[bytes]:
        try:
            return _archive(path).open(member)
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise Malformed(Problem(name, f"it can't be unpacked: {error}")) from error

    return opened


class _Bounded:
    """A gzip tells its size at its end alone: what comes out is counted."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name, self.left = file, name, MAX_UNPACKED

    def read(self, size: int) -> bytes:
        found = self.file.read(size)
        self.left -= len(found)
        if self.left < 0:
            raise Malformed(Problem(self.name, f"it unpacks to more than {MAX_UNPACKED // _GIBIBYTE} GiB"))
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
