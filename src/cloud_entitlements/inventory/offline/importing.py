"""Reads what was given, stages it, and publishes the snapshot that becomes the default."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cloud_entitlements.inventory.default import use_connection
from cloud_entitlements.inventory.layers import (
    AUTHORIZATION_DETAILS,
    OF_ACCOUNT,
    OF_ORGANIZATION,
    ORGANIZATION,
    ORGANIZATION_POLICIES,
    RESOURCE_POLICIES,
)
from cloud_entitlements.inventory.manifest import Coverage
from cloud_entitlements.inventory.offline.accounts import Files, Progress, stage_accounts
from cloud_entitlements.inventory.offline.organization import Organization, read_organization
from cloud_entitlements.inventory.offline.problems import Malformed, NothingRead, Problem
from cloud_entitlements.inventory.offline.reading import Reader
from cloud_entitlements.inventory.offline.resource_policies import read_resource_policies
from cloud_entitlements.inventory.offline.sources import Source, is_account, owner_of, sources
from cloud_entitlements.inventory.offline.turns import alone
from cloud_entitlements.inventory.publish import Publication, publish
from cloud_entitlements.inventory.snapshot import Snapshot, prune
from cloud_entitlements.inventory.staging import NOT_GIVEN, Gap, Staging

Read = TypeVar("Read")
_STAGING = ".staging-"


@dataclass(frozen=True, slots=True)
class Given:
    """`standalone` says that there is no organization; then `organization` is None."""

    name: str
    files: Sequence[Path]
    account: str | None = None
    organization: Path | None = None
    resource_policies: Path | None = None
    standalone: bool = False

    @property
    def connection_id(self) -> str:
        """The same for the same name, so that importing again makes a newer snapshot of it."""
        name = unicodedata.normalize("NFC", self.name)
        return f"import-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Imported:
    snapshot: Snapshot
    problems: tuple[Problem, ...]


def import_files(
    given: Given, snapshots: Path, now: datetime | None = None, progress: Progress = lambda _line: None
) -> Imported:
    """Raises NothingRead when no file could be read, and OSError when the disk can't be written."""
    home = snapshots / given.connection_id
    snapshots.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(snapshots, progress), _folder(home) as staging, ExitStack() as stack:
        files = Files(staging, now or datetime.now(UTC), given.account, progress)
        coverage = _stage(files, given, stack)
        progress("writing the snapshot")
        publication = Publication(
            given.connection_id,
            uuid.uuid4().hex,
            coverage,
            files.now,
            name=given.name,
            origin="import",
            afresh=True,
        )
        snapshot = publish(files.staging, snapshots, publication)
        use_connection(snapshots, given.connection_id)
        prune(snapshots, given.connection_id)
    return Imported(snapshot, tuple(files.problems))


@contextmanager
def _folder(home: Path) -> Iterator[Staging]:
    """What a killed import left is removed; a name of which nothing was ever imported leaves no folder behind."""
    home.mkdir(exist_ok=True, mode=0o700)
    for abandoned in home.glob(f"{_STAGING}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory(dir=home, prefix=_STAGING, ignore_cleanup_errors=True) as folder:
            yield Staging(Path(folder), durable=False)
    finally:
        with suppress(OSError):
            home.rmdir()


def _stage(files: Files, given: Given, stack: ExitStack) -> Coverage:
    apart = [path for path in (given.organization, given.resource_policies) if path]
    found: list[Source] = []
    for one in sources(given.files, apart, stack):
        if isinstance(one, Source):
            found.append(one)
        else:
            files.wrong(one, owner_of(one.file))
    if not found and not files.problems:
        files.wrong(Problem(", ".join(map(str, given.files)), "there is no *.json in it"), "")
    stage_accounts(files, found)
    if not files.accounts:
        raise NothingRead(files.problems)
    unread = {problem.account_id for problem in files.problems}
    organization = _stage_organization(files, given)
    owners = _stage_resource_policies(files, given)
    counted = {one for one, state in organization.accounts.items() if state != "CLOSED"}
    known = files.accounts | set(organization.accounts) | set(owners) | set(filter(is_account, unread))
    _note_not_given(files, sorted(known))
    return Coverage(total=len(counted | files.accounts | set(owners) | unread), connected=len(files.accounts))


def _read_whole(path: Path, read: Callable[[Reader], Read]) -> Read | Problem:
    try:
        with path.open("rb") as file:
            return read(Reader(file, str(path)))
    except Malformed as wrong:
        problem = wrong.problem
    except RecursionError:
        problem = Problem(str(path), "it is nested too deep")
    except OSError as error:
        problem = Problem(str(path), f"it can't be read: {error.strerror or error}")
    return problem


def _stage_organization(files: Files, given: Given) -> Organization:
    staging, now = files.staging, files.now
    if given.standalone:
        for layer in OF_ORGANIZATION:
            staging.absent(ORGANIZATION, layer, now)
    if given.organization is None:
        return Organization()
    found = _read_whole(given.organization, read_organization)
    if isinstance(found, Problem):
        files.wrong(found, ORGANIZATION)
        for layer in (ORGANIZATION, ORGANIZATION_POLICIES):
            staging.gap(ORGANIZATION, layer, Gap(OF_ORGANIZATION[layer], found.code, str(found)), now)
        return Organization()
    staging.save(ORGANIZATION, ORGANIZATION, found.rows, now)
    if found.policies or len(found.not_given) < 2:  # noqa: PLR2004  two types of policies
        staging.save(ORGANIZATION, ORGANIZATION_POLICIES, found.policies, now)
    if found.not_given:
        text = f"{' and '.join(f'`{name}`' for name in found.not_given)} is not in `{given.organization}`"
        gap = Gap(OF_ORGANIZATION[ORGANIZATION_POLICIES], NOT_GIVEN, text)
        staging.note(ORGANIZATION, ORGANIZATION_POLICIES, gap, now)
    return found


def _stage_resource_policies(files: Files, given: Given) -> Mapping[str, object]:
    if given.resource_policies is None:
        return {}
    found = _read_whole(given.resource_policies, read_resource_policies)
    if isinstance(found, Problem):
        for account_id in sorted(files.accounts):
            files.staging.gap(account_id, RESOURCE_POLICIES, Gap("", found.code, str(found)), files.now)
        files.wrong(found, "")
        return {}
    for owner, rows in found.items():
        files.staging.save(owner, RESOURCE_POLICIES, rows, files.now)
    return found


def _note_not_given(files: Files, accounts: Sequence[str]) -> None:
    for owner, layers in ((ORGANIZATION, OF_ORGANIZATION), *((account, OF_ACCOUNT) for account in accounts)):
        for layer, call in layers.items():
            if files.staging.part(owner, layer) is None:
                files.staging.gap(owner, layer, Gap(call, NOT_GIVEN, _missing(layer)), files.now)


def _missing(layer: str) -> str:
    options = {AUTHORIZATION_DETAILS: "a file of it", RESOURCE_POLICIES: "--resource-policies", ORGANIZATION: "--organization",
               ORGANIZATION_POLICIES: "--organization"}  # fmt: skip
    return (
        f"not given to the import: {options[layer]}" if layer in options else "no file of it can be imported"
    )
