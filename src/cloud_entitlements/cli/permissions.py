"""`ciem permissions`: what may this principal do? By action and resource, over a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cloud_entitlements.cli.actions import service_hint
from cloud_entitlements.cli.asking import Where, asking, limited, most, of_snapshot, service_option, tell_cut
from cloud_entitlements.cli.context import Context, clean
from cloud_entitlements.cli.printing import rows, streamed

if TYPE_CHECKING:
    from cloud_entitlements.access import Permissions
    from cloud_entitlements.inventory import Snapshot

MOST_NAMED = 5
_TABLE = {
    "action": "ACTION",
    "resource": "RESOURCE",
    "outcome": "OUTCOME",
    "residual": "IF",
    "incomplete": "NOT READ",
    "sources": "FROM",
}
_CSV = {**_TABLE, "known": "IN CATALOGUE"}


@click.command(
    help="What may PRINCIPAL do? Each action with the resources that its policies allow it on. What is not in the list "
    "is denied, but for what policies of resources give; those that name PRINCIPAL are told."
)
@click.argument("principal")
@service_option("Its actions alone, as in `s3`.")
@of_snapshot
@limited
@click.pass_obj
def permissions(
    context: Context, *, principal: str, service: str | None, where: Where, limit: int | None
) -> None:
    with asking(context, where) as (index, snapshot):
        found = index.permissions_of(principal, service)
        show(context, found, snapshot, service, most(context, limit))


def show(
    context: Context, found: Permissions, snapshot: Snapshot, service: str | None, limit: int | None
) -> None:
    """On stdout the permissions; what may give more, and what `limit` leaves out, on stderr too where the form has no
    place for it.
    """
    from cloud_entitlements.access.records import permission_record, snapshot_record

    listed = (permission_record(one) for one in found.entries[:limit])
    if context.output == "json":
        head = {
            "principal": found.principal,
            "service": service,
            "count": len(found.entries),
            "incomplete": list(found.incomplete),
            "named_by": list(found.named_by),
            "snapshot": snapshot_record(snapshot),
        }
        streamed(head, "permissions", listed)
    elif context.output == "table":
        _count(found, snapshot)
        rows(context, listed, _TABLE, verdict="outcome")
    else:
        rows(context, listed, _CSV)
    _warn(context, found, service)
    tell_cut(len(found.entries) - len(found.entries[:limit]), "permissions")


def _count(found: Permissions, snapshot: Snapshot) -> None:
    certain = sum(one.outcome == "allowed" for one in found.entries)
    manifest = snapshot.manifest
    at = manifest.created_at[:16].replace("T", " ")
    click.echo(clean(found.principal))
    click.echo(f"  {certain} allowed, {len(found.entries) - certain} conditional")
    click.echo(clean(f"  snapshot {manifest.name or manifest.id} of {at} UTC"))


def _warn(context: Context, found: Permissions, service: str | None) -> None:
    told = [service_hint(service)] if service else []
    if found.incomplete and context.output != "json":
        told.append(f"not read was {', '.join(found.incomplete)}: it may allow more, or less")
    if found.named_by and context.output != "json":
        told.append(f"policies of resources name the principal, and may give more: {_some(found.named_by)}")
    unknown = list(dict.fromkeys(one.action for one in found.entries if not one.known))
    if unknown:
        told.append(f"AWS's catalogue does not know {_some(unknown)}")
    for one in filter(None, told):
        click.echo(clean(f"ciem: {one}"), err=True)


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
