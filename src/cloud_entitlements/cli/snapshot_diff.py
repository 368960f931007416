"""`ciem snapshot diff`: what changed from one snapshot to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.actions import service_hint
from cloud_entitlements.cli.asking import (
    TABLE_ROWS,
    answering,
    index_of,
    limited,
    most,
    service_option,
    tell_cut,
)
from cloud_entitlements.cli.context import Context, Failed, clean
from cloud_entitlements.cli.printing import rows, streamed, table

if TYPE_CHECKING:
    from cloud_entitlements.access import AccessIndex
    from cloud_entitlements.access.changes import Changes
    from cloud_entitlements.inventory import Snapshot

GAPS = 3
MOST_NAMED = 5
_CONTROLS = {
    "type": "TYPE", "status": "STATUS", "name": "CONTROL POLICY", "node": "AT", "accounts": "ACCOUNTS", "touched": "TOUCHED",
}  # fmt: skip
_ACCOUNTS = {
    "account_id": "ACCOUNT", "name": "NAME", "status": "STATUS", "before": "BEFORE", "after": "AFTER",
    "identities": "IDENTITIES",
}  # fmt: skip
_IDENTITIES = {
    "status": "STATUS", "arn": "IDENTITY", "gained": "GAINED", "lost": "LOST", "wider": "NOW ON EVERY RESOURCE",
    "why": "WHAT CHANGED",
}  # fmt: skip
_CSV = {
    "kind": "KIND", "status": "STATUS", "account_id": "ACCOUNT", "type": "TYPE", "name": "NAME", "arn": "ARN",
    "gained": "GAINED", "lost": "LOST", "wider": "NOW ON EVERY RESOURCE", "narrower": "NO LONGER ON EVERY RESOURCE",
    "why": "WHAT CHANGED", "before": "BEFORE", "after": "AFTER", "touched": "TOUCHED",
}  # fmt: skip
_STATUSES = {"new": "new", "gone": "gone", "changed": "changed", "unknown": "that can't be compared"}


@click.command(
    "diff",
    help="What changed from OLD to NEW: who came and went, which actions were gained and lost, and why. Each is a snapshot's "
    "ID as `ciem snapshot list` prints it, `latest`, or `previous`, the one before; with neither, the latest and the one "
    "before it. What was not read in one of them is unknown, and never gone: the command then ends with 3.",
)
@click.argument("old", default="previous")
@click.argument("new", default="latest")
@click.option(
    "--connection", metavar="NAME|ID", help="Whose `latest` and `previous` are meant; else the default's."
)
@click.option("--identity", metavar="ARN", help="This user, role or group alone.")
@service_option("Changes of its actions alone, as in `s3`.")
@limited
@click.pass_obj
def diff(
    context: Context,
    *,
    old: str,
    new: str,
    connection: str | None,
    identity: str | None,
    service: str | None,
    limit: int | None,
) -> None:
    before, after = _pair(context, old, new, connection)
    with answering(), closing(index_of(context, before)) as one, closing(index_of(context, after)) as other:
        found = _compared(one, other, before, after)
        if identity:
            _check(identity, one, other)
            found = found.of(identity)
    if service:
        found = found.about(service)
    show(context, found, before, after, most(context, limit))
    hint = service_hint(service) if service else None
    if hint:
        click.echo(clean(f"ciem: {hint}"), err=True)
    if found.has_gaps:
        raise click.exceptions.Exit(GAPS)


def _pair(context: Context, old: str, new: str, connection: str | None) -> tuple[Snapshot, Snapshot]:
    from cloud_entitlements.inventory import default_snapshot
    from cloud_entitlements.inventory.default import NoSuchSnapshot, latest_of, published
    from cloud_entitlements.inventory.pair import pair
    from cloud_entitlements.server.folders import data_folder, snapshots_folder

    folder: Path = snapshots_folder(data_folder(context.data_dir))
    default = default_snapshot(folder)
    if default is None:
        fix = "import files with `ciem snapshot import`, or connect an organization with `ciem org add`"
        raise Failed("there is no snapshot yet", fix, code="no_snapshot")
    try:
        latest = latest_of(folder, connection or default.manifest.connection_id)
        return pair(published(folder), latest, old, new)
    except NoSuchSnapshot as lost:
        raise Failed(str(lost), "see `ciem snapshot list`", code="no_snapshot") from lost
    except (OSError, ValueError, KeyError, TypeError) as error:
        name = connection or default.manifest.name
        raise Failed(
            f"the latest snapshot of `{name}` can't be read: {error}",
            "name two others: see `ciem snapshot list`",
            code="no_snapshot",
        ) from error


def _compared(one: AccessIndex, other: AccessIndex, before: Snapshot, after: Snapshot) -> Changes:
    from cloud_entitlements.access.changes import changes
    from cloud_entitlements.cli.progress import progress

    with progress() as tell:
        return changes(one, other, before, after, tell)


def _check(arn: str, *indexes: AccessIndex) -> None:
    if not any(arn in index.organization.identities or index.group(arn) for index in indexes):
        raise Failed(
            f"`{arn}` is no user, role or group of either snapshot",
            "check the spelling and the path in it: `ciem who-can` lists identities",
            code="not_found",
        )


def show(context: Context, found: Changes, before: Snapshot, after: Snapshot, limit: int | None) -> None:
    """On stdout what changed; on stderr what is not known, and what `limit` leaves out."""
    from cloud_entitlements.access.change_records import changes_record, identity_change_record

    shown = found.identities[:limit]
    if context.output == "table":
        known = tuple(one for one in found.identities if one.status != "unknown")
        shown = known[:limit]
        _tables(found, before, after, [identity_change_record(one) for one in shown])
        tell_cut(len(known) - len(shown), "identities")
    else:
        head = changes_record(found, before, after)
        listed = (identity_change_record(one) for one in shown)
        if context.output == "json":
            streamed(head, "identities", listed)
        else:
            rows(context, _lines(context, head, listed), _CSV)
        tell_cut(len(found.identities) - len(shown), "identities")
    _warn(context, found)


def _lines(
    context: Context, head: Mapping[str, Any], identities: Iterator[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """All in one list, each with its kind; a cell of CSV holds no object."""
    for one in head["accounts"]:
        yield {"kind": "account", **one}
    for one in head["control_policies"]:
        yield {"kind": "control_policy", **one, **({"arn": one["node"]} if context.output == "csv" else {})}
    for one in identities:
        yield {"kind": "identity", **(_flat(one) if context.output == "csv" else one)}


def _flat(one: Mapping[str, Any]) -> dict[str, Any]:
    from cloud_entitlements.access.change_records import reasons

    actions = one["actions"]
    return {
        **one,
        "gained": _names(actions.get("gained")),
        "lost": _names(actions.get("lost")),
        "wider": _names(actions.get("now_on_every_resource")),
        "narrower": _names(actions.get("no_longer_on_every_resource")),
        "why": reasons(one),
    }


def _names(by_service: Mapping[str, list[str]] | None) -> list[str]:
    return [name for found in (by_service or {}).values() for name in found]


def _tables(found: Changes, before: Snapshot, after: Snapshot, identities: list[Mapping[str, Any]]) -> None:
    from cloud_entitlements.access.change_records import account_change_record, control_change_record

    click.echo(clean(f"{_named(before)} → {_named(after)}"))
    click.echo("  " + ", ".join(f"{number} {_STATUSES[status]}" for status, number in found.counts.items()))
    if not found:
        click.echo("  nothing has changed" + (", as far as is known" if found.has_gaps else ""))
    for what, records, columns in (
        ("accounts", [account_change_record(one) for one in found.accounts], _ACCOUNTS),
        ("control policies", [control_change_record(one) for one in found.controls], _CONTROLS),
    ):
        if records:
            table(records[:TABLE_ROWS], columns)
            tell_cut(len(records) - TABLE_ROWS, what)
    if identities:
        table([_shortened(_flat(one)) for one in identities], _IDENTITIES)


def _named(snapshot: Snapshot) -> str:
    manifest = snapshot.manifest
    at = manifest.created_at[:16].replace("T", " ")
    return f"{manifest.name or manifest.connection_id} of {at} UTC ({manifest.id})"


def _shortened(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, **{name: _some(one[name]) for name in ("gained", "lost", "wider", "why")}}


def _some(names: list[str]) -> list[str]:
    left = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], *([f"and {left} more"] if left > 0 else [])]


def _warn(context: Context, found: Changes) -> None:
    told = list(found.not_compared) if context.output != "json" else []
    unknown = found.counts["unknown"]
    if unknown:
        what = "identity" if unknown == 1 else "identities"
        told.append(
            f"{unknown} {what} can't be compared: the account, or what a policy says, was not read in one of the snapshots"
        )
    if not found and context.output in ("jsonl", "csv"):
        told.append("nothing has changed" + (", as far as is known" if found.has_gaps else ""))
    for one in told:
        click.echo(clean(f"ciem: {one}"), err=True)
