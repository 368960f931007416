"""Files of `GetAccountAuthorizationDetails` become parts of their accounts: whole files, or not at all.

A file that is malformed gives no rows; the account's other files do, and the account's part is then a partial one.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zipfile import BadZipFile

from cloud_entitlements.inventory.authorization_details import NORMALIZE, Row
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS, OF_ACCOUNT
from cloud_entitlements.inventory.offline.pages import Answer, Entry
from cloud_entitlements.inventory.offline.problems import Malformed, Problem
from cloud_entitlements.inventory.offline.reading import Reader
from cloud_entitlements.inventory.offline.sources import Source, owner_of
from cloud_entitlements.inventory.staging import Gap, Staging

Progress = Callable[[str], None]
STEP = 1000
_HEAD = 1 << 16
_FIRST_ARN = re.compile(rb'"Arn"\s*:\s*"arn:aws[a-z-]*:iam::([0-9]{12}):')


@dataclass(slots=True)
class Files:
    """What was read so far, and what was wrong with it."""

    staging: Staging
    now: datetime
    account: str | None
    """Given by the person: counts whatever the ARNs say."""
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    """Of which something was read."""

    def wrong(self, problem: Problem, account_id: str) -> None:
        self.problems.append(replace(problem, account_id=account_id))


def stage_accounts(files: Files, sources: Sequence[Source]) -> None:
    groups: dict[str, list[Source]] = {}
    for source in sources:
        try:
            groups.setdefault(files.account or _account_of(source), []).append(source)
        except Malformed as wrong:
            files.wrong(wrong.problem, _guessed(source) or owner_of(source.name))
    for account_id, group in groups.items():
        _stage(files, account_id, group)
    for owner in dict.fromkeys(problem.account_id for problem in files.problems):
        files.staging.note(owner, AUTHORIZATION_DETAILS, _gap(files.problems, owner), files.now)


def _account_of(source: Source) -> str:
    """By the first ARN that tells it; the others are compared while the file is read for good."""
    with source.open() as file:
        reader = Reader(file, source.name)
        for entry in Answer(reader).entries():
            if entry.account_id:
                return entry.account_id
    raise reader.refuse("no ARN in it tells the account: give it with --account", 0)


def _guessed(source: Source) -> str:
    """The account in the first ARN of a file that is broken there already, so that its gap finds its owner."""
    try:
        with source.open() as file:
            found = _FIRST_ARN.search(file.read(_HEAD).replace(b"\0", b""))  # without them UTF-16 is ASCII
    except (Malformed, OSError, EOFError, BadZipFile, zlib.error):
        return ""
    return found.group(1).decode() if found else ""


def _stage(files: Files, account_id: str, group: list[Source]) -> None:
    """A malformed file is left out, and what the others say is staged anew."""
    while group:
        reading = _Group(files, account_id)
        try:
            files.staging.save(account_id, AUTHORIZATION_DETAILS, reading.rows(group), files.now)
        except Malformed as wrong:
            files.wrong(wrong.problem, account_id)
            group.remove(reading.source)
        else:
            files.accounts.add(account_id)
            reading.note_incomplete()
            return


class _Group:
    """One reading of all files of an account."""

    source: Source

    def __init__(self, files: Files, account_id: str) -> None:
        self.files, self.account_id = files, account_id
        self.told = ("", "")
        """The account that the ARNs name, and the first file that did."""
        self.fields: set[str] = set()
        self.open_ended: list[str] = []
        """Files whose last page says that more follows."""
        self.whole = 0
        self.seen: dict[str, tuple[bytes, str]] = {}

    def rows(self, group: Sequence[Source]) -> Iterator[Row]:
        count = 0
        for source in group:
            self.source = source
            with source.open() as file:
                answer = Answer(Reader(file, source.name))
                for entry in answer.entries():
                    count += 1
                    if count % STEP == 0:
                        self.files.progress(f"{source.name}: {count} entries")
                    yield from self._entry(answer.reader, entry, several=len(group) > 1)
            self.fields |= answer.fields
            if answer.truncated:
                self.open_ended.append(source.name)
            else:
                self.whole += 1

    def _entry(self, reader: Reader, entry: Entry, *, several: bool) -> Iterator[Row]:
        first, where = self.told
        if entry.account_id and first and entry.account_id != first:
            other = "it" if where == reader.name else f"`{where}`"
            text = f"this is of account {entry.account_id}, and {other} is of account {first}"
            raise reader.refuse(text, path=f"{entry.path}.Arn")
        if entry.account_id and not first:
            self.told = (entry.account_id, reader.name)
        try:
            if not several or self._is_new(reader, entry):
                yield from NORMALIZE[entry.field](dict(entry.found))
        except RecursionError:
            raise reader.refuse("it is nested too deep", path=entry.path) from None

    def _is_new(self, reader: Reader, entry: Entry) -> bool:
        """Two files may say the same twice. Where they differ, nobody knows which one counts."""
        digest = hashlib.sha256(json.dumps(entry.found, sort_keys=True).encode()).digest()
        before = self.seen.setdefault(entry.found["Arn"], (digest, reader.name))
        if before[0] != digest:
            raise reader.refuse(f"`{before[1]}` says something else of it: leave one out", path=entry.path)
        return before[1] == reader.name

    def note_incomplete(self) -> None:
        if not self.whole:
            text = "more pages follow (`IsTruncated`), and none of the files has the last one"
            self._incomplete(self.open_ended[-1], text)
        missing = [f"`{name}`" for name in NORMALIZE if name not in self.fields]
        if missing:
            self._incomplete(self.source.name, f"it has no {', '.join(missing)}: what they list is unknown")

    def _incomplete(self, file: str, text: str) -> None:
        self.files.wrong(Problem(file, text, code="file_incomplete"), self.account_id)


def _gap(problems: Sequence[Problem], owner: str) -> Gap:
    own = [problem for problem in problems if problem.account_id == owner]
    code = min(own, key=lambda one: one.code != "file_malformed").code
    return Gap(OF_ACCOUNT[AUTHORIZATION_DETAILS], code, "; ".join(map(str, own)))
