"""`ciem snapshot …`: made from files, listed, chosen, removed. Needs the data folder alone: no Django, no AWS, no connection."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.asking import account_id
from cloud_entitlements.cli.context import Context, Failed, clean
from cloud_entitlements.cli.printing import causes, record, rows
from cloud_entitlements.cli.snapshot_diff import diff

if TYPE_CHECKING:
    from cloud_entitlements.inventory import Snapshot

GAPS = 3
MOST_TOLD = 20
"""Problems on stderr; JSON has all of them."""
QUIET_SECONDS = 1.0
MAX_NAME = 100
LIST = {
    "default": "DEFAULT", "name": "NAME", "id": "ID", "origin": "ORIGIN", "created_at": "MADE AT", "accounts": "ACCOUNTS",
    "identities": "IDENTITIES", "gaps": "GAPS", "not_given": "NOT GIVEN",
}  # fmt: skip
REMOVED = {"name": "NAME", "removed": "REMOVED", "default.name": "DEFAULT NOW"}
_FILE = click.Path(exists=True, path_type=Path)


@click.group(help="Make snapshots from files, list and compare them, choose the default, remove imports.")
def snapshot() -> None: ...


snapshot.add_command(diff)


def _folder(context: Context, *, make: bool = False) -> Path:
    from cloud_entitlements.server.folders import data_folder, snapshots_folder

    data = data_folder(context.data_dir)
    if make:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return snapshots_folder(data)


def _name(_context: Any, _parameter: Any, value: str) -> str:
    name = value.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise click.BadParameter(f"a name has 1 to {MAX_NAME} printable characters")
    return name


@snapshot.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=_FILE)
@click.option(
    "--name", required=True, callback=_name, help="The same name again makes a newer snapshot of it."
)
@click.option("--account", callback=account_id, help="Whose the files are; else their ARNs tell.")
@click.option(
    "--organization", type=_FILE, help="Units, accounts, SCPs and RCPs with their targets, in JSON."
)
@click.option("--resource-policies", type=_FILE, help="ARN → owner and policy, in JSON.")
@click.option(
    "--standalone", is_flag=True, help="There is no organization: nothing above limits the accounts."
)
@click.pass_obj
def imported(  # noqa: PLR0917  one parameter an option
    context: Context,
    files: tuple[Path, ...],
    name: str,
    account: str | None,
    organization: Path | None,
    resource_policies: Path | None,
    standalone: bool,
) -> None:
    """Make a snapshot from what `aws iam get-account-authorization-details` prints, and make it the default.

    FILE is one file an account or page, a folder of them, or a zip. What is not given stays unknown.
    """
    if standalone and organization:
        raise click.UsageError(
            "--standalone says that there is no organization, and --organization gives one"
        )
    from cloud_entitlements.inventory import import_files
    from cloud_entitlements.inventory.offline import Given, NothingRead

    given = Given(name, files, account, organization, resource_policies, standalone)
    try:
        done = import_files(given, _folder(context, make=True), progress=_progress())
    except NothingRead as nothing:
        _tell(nothing.problems)
        raise Failed(
            str(nothing),
            "give what `aws iam get-account-authorization-details` prints; see docs/how-to/import-files.md",
            code="nothing_read",
            problems=[_problem(one) for one in nothing.problems],
        ) from nothing
    except OSError as error:
        raise Failed(
            f"the snapshot could not be written: {error}",
            "make room, or choose another --data-dir",
            code="disk",
        ) from error
    _tell(done.problems)
    _make_index(context, done.snapshot)
    found = _record(done.snapshot, default=True)
    record(context, {**found, "problems": [_problem(one) for one in done.problems]}, LIST)
    if done.problems:
        raise click.exceptions.Exit(GAPS)


def _make_index(context: Context, snapshot: Snapshot) -> None:
    """So that the first question need not wait; where it can't be kept, that question says why."""
    from cloud_entitlements.access import open_index
    from cloud_entitlements.cli.progress import progress
    from cloud_entitlements.server.folders import data_folder, index_folder

    with suppress(OSError), progress() as tell:
        open_index(snapshot, index_folder(data_folder(context.data_dir)), tell).close()


@snapshot.command(
    "list", help="List all, the newest first. The default is the one that questions are asked of."
)
@click.pass_obj
def listed(context: Context) -> None:
    from cloud_entitlements.inventory.default import default_snapshot, published

    folder = _folder(context)
    default = default_snapshot(folder)
    rows(context, [_record(one, default=one == default) for one in published(folder)], LIST)


@snapshot.command(
    "use", help="Choose the default: by a snapshot's ID that one, by NAME always the latest of it."
)
@click.argument("reference", metavar="NAME|ID")
@click.pass_obj
def used(context: Context, reference: str) -> None:
    from cloud_entitlements.inventory.default import NoSuchSnapshot, use

    try:
        chosen = use(_folder(context), reference)
    except NoSuchSnapshot as lost:
        raise Failed(str(lost), "see `ciem snapshot list`", code="not_found") from lost
    record(context, _record(chosen, default=True), LIST)


@snapshot.command("remove")
@click.argument("reference", metavar="NAME|ID")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def removed(context: Context, reference: str, yes: bool) -> None:
    """Remove an import: by NAME all snapshots of it, by a snapshot's ID that one.

    What was collected through a connection stays: `ciem org remove` and `ciem account remove` are for that.
    """
    from cloud_entitlements.access import forget
    from cloud_entitlements.inventory import default_snapshot
    from cloud_entitlements.inventory.offline import remove
    from cloud_entitlements.server.folders import data_folder, index_folder

    folder = _folder(context)
    chosen = _removable(folder, reference)
    name, ids = chosen.latest.manifest.name, [one.name for one in chosen.folders]
    if not yes:
        what = f"{len(ids)} snapshots" if len(ids) > 1 else f"snapshot {ids[0]}"
        click.confirm(f"Remove {what} of {clean(name)}?", abort=True, err=True)
    try:
        remove(folder, chosen, _progress())
    except OSError as error:
        raise Failed(
            f"`{reference}` could not be removed: {error}",
            "give this user the right to write there, and run the command again",
            code="disk",
        ) from error
    forget(index_folder(data_folder(context.data_dir)), chosen.home.name)
    left = default_snapshot(folder)
    default = _record(left, default=True) if left else None
    record(context, {"name": name, "removed": ids, "default": default}, REMOVED)


def _removable(folder: Path, reference: str) -> Any:
    from cloud_entitlements.inventory.default import NoSuchSnapshot
    from cloud_entitlements.inventory.offline import NotAnImport, removable

    try:
        return removable(folder, reference)
    except NoSuchSnapshot as lost:
        raise Failed(str(lost), "see `ciem snapshot list`", code="not_found") from lost
    except NotAnImport as live:
        fix = "a connection is removed with `ciem org remove` or `ciem account remove`; `--purge` removes what it collected"
        raise Failed(str(live), fix, code="not_an_import") from live


def _record(found: Snapshot, *, default: bool) -> dict[str, Any]:
    from cloud_entitlements.access.records import listed_snapshot_record

    return listed_snapshot_record(found, default=default)


def _problem(found: Any) -> dict[str, Any]:
    from cloud_entitlements.aws.explained import KINDS

    told = {name: getattr(found, name) for name in found.__slots__}
    return {**told, "title": KINDS[found.code].title, "causes": _causes(found.code, [found])}


def _causes(code: str, problems: Sequence[Any]) -> list[dict[str, str]]:
    """The account is filled in where it is one and known."""
    from cloud_entitlements.aws.explained import causes_of

    accounts = {one.account_id for one in problems if one.account_id.isdigit()}
    return [asdict(cause) for cause in causes_of(code, account=accounts.pop() if len(accounts) == 1 else "")]


def _tell(problems: Sequence[Any]) -> None:
    """Each problem in a line, then what lies behind each kind of them."""
    from cloud_entitlements.aws.explained import KINDS

    for one in problems[:MOST_TOLD]:
        click.echo(f"ciem: {clean(one)}", file=sys.stderr)
    if len(problems) > MOST_TOLD:
        click.echo(f"ciem: … and {len(problems) - MOST_TOLD} more; `--output json` has all", file=sys.stderr)
    for code in dict.fromkeys(one.code for one in problems):
        click.echo(f"{KINDS[code].title} ({code}):", file=sys.stderr)
        causes(_causes(code, [one for one in problems if one.code == code]), err=True)


def _progress() -> Callable[[str], None]:
    """At most a line a second, and none in the first."""
    told_at = time.monotonic()

    def tell(line: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= QUIET_SECONDS:
            told_at = time.monotonic()
            click.echo(clean(line), file=sys.stderr)

    return tell
