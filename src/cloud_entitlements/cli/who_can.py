"""`ciem who-can`: who may do this action on this resource? Everybody in a snapshot, and whom the resource admits beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.actions import actions_meant
from cloud_entitlements.cli.asking import (
    TABLE_ROWS,
    Known,
    Where,
    asking,
    limited,
    most,
    of_request,
    of_snapshot,
    tell_cut,
)
from cloud_entitlements.cli.context import Context, clean
from cloud_entitlements.cli.printing import rows, streamed, table

if TYPE_CHECKING:
    from cloud_entitlements.access import WhoCan
    from cloud_entitlements.inventory import Snapshot
    from cloud_entitlements.policy import Decision

PIECE = 1000
"""So many identities are looked up at once: the first are printed before the last are known."""
MOST_ACCOUNTS = 10
_WHY = {"residual": "IF", "incomplete": "NOT READ"}
_GROUPS = {"number": "GROUP", "certainty": "CERTAINTY", "count": "COUNT", **_WHY}
_IDENTITIES = {"arn": "IDENTITY", "certainty": "CERTAINTY", "number": "GROUP"}
_OTHERS = {"principal": "BEYOND THE SNAPSHOT", "decision": "DECISION", **_WHY}
_CSV = {
    "account_id": "ACCOUNT", "type": "TYPE", "name": "NAME", "arn": "ARN", "certainty": "CERTAINTY",
    "decision": "DECISION", **_WHY, "in_snapshot": "IN SNAPSHOT",
}  # fmt: skip


_MANY = {
    "action": "ACTION", "counts.certain": "CERTAIN", "counts.conditional": "CONDITIONAL",
    "counts.incomplete": "INCOMPLETE", "beyond": "BEYOND THE SNAPSHOT",
}  # fmt: skip


@click.command(
    "who-can",
    help="Who may do ACTION on RESOURCE? Everybody in the snapshot is certain, conditional, incomplete (something was "
    "not read that could change the answer), or denied and not in the list. Wildcards in ACTION ask for each action that "
    "matches, wildcards in RESOURCE for all that it matches.",
)
@click.argument("action")
@click.argument("resource", default="*")
@of_request
@of_snapshot
@limited
@click.pass_obj
def who_can(
    context: Context, *, action: str, resource: str, known: Known, where: Where, limit: int | None
) -> None:
    actions = actions_meant(action)
    with asking(context, where) as (index, snapshot):
        found = (index.who_can(one, resource, known.owner, known.context, known.assume) for one in actions)
        if actions == [action]:
            show(context, next(found), snapshot, most(context, limit))
        else:
            show_many(context, found, snapshot, limit)


def show_many(context: Context, found: Iterator[WhoCan], snapshot: Snapshot, limit: int | None) -> None:
    """Table and JSON have an entry for each action, and no identities: those come line by line in the other forms."""
    from cloud_entitlements.access.records import who_can_record

    if context.output in ("jsonl", "csv"):
        lines = ({"action": one.action, **line} for one in found for line in _lines(_first(one, limit)))
        rows(context, lines, {"action": "ACTION", **_CSV})
        return
    records = [{**who_can_record(one, snapshot), "beyond": len(one.others)} for one in found]
    if context.output == "json":
        rows(context, records, _MANY)
        return
    table(records, _MANY)
    click.echo("ciem: ask for one action, or for `--output jsonl`, to see who they are", err=True)


def show(context: Context, found: WhoCan, snapshot: Snapshot, limit: int | None) -> None:
    """On stdout what was asked for; on stderr what the list can't know, and what `limit` leaves out."""
    from cloud_entitlements.access.records import who_can_record

    head = who_can_record(found, snapshot)
    listed = _first(found, limit)
    if context.output == "json":
        streamed(head, "identities", _identities(listed))
    elif context.output == "table":
        _tables(head, listed)
    else:
        rows(context, _lines(listed), _CSV)
    _warn(found, head["accounts_not_read"])
    tell_cut(_size(found) - _size(listed), "identities")


def _first(found: WhoCan, limit: int | None) -> WhoCan:
    """The same with so many identities at most; the surest are first."""
    left = _size(found) if limit is None else limit
    kept = []
    for group in found.groups:
        if left > 0:
            kept.append(replace(group, ids=group.ids[:left]))
            left -= len(kept[-1].ids)
    return replace(found, groups=tuple(kept))


def _size(found: WhoCan) -> int:
    return sum(len(group.ids) for group in found.groups)


def _identities(found: WhoCan) -> Iterator[dict[str, Any]]:
    from cloud_entitlements.access.records import identity_records

    for group in found.groups:
        for start in range(0, len(group.ids), PIECE):
            piece = replace(group, ids=group.ids[start : start + PIECE])
            yield from identity_records(replace(found, groups=(piece,)))


def _lines(found: WhoCan) -> Iterator[dict[str, Any]]:
    """Whoever may, in one list: a form of lines has no other place for callers beyond the snapshot."""
    for one in _identities(found):
        yield {**one, "in_snapshot": True}
    for decision in found.others:
        yield {**_beyond(decision), "in_snapshot": False}


def _beyond(decision: Decision) -> dict[str, Any]:
    from pyroaring import FrozenBitMap

    from cloud_entitlements.access import Group
    from cloud_entitlements.access.records import caller_type

    principal = decision.request.principal
    return {
        "arn": principal.arn or "anonymous",
        "type": caller_type(principal),
        "account_id": principal.account,
        "name": principal.name,
        "certainty": Group(FrozenBitMap(), decision).certainty,
        "decision": decision.outcome,
        "residual": decision.residual,
        "incomplete": list(decision.incomplete),
    }


def _tables(head: dict[str, Any], listed: WhoCan) -> None:
    at = head["snapshot"]
    click.echo(clean(f"{head['action']} on {head['resource']}"))
    click.echo("  " + ", ".join(f"{number} {name}" for name, number in head["counts"].items()))
    click.echo(clean(f"  snapshot {at['name'] or at['id']} of {at['at'][:16].replace('T', ' ')} UTC"))
    if head["groups"]:
        groups = [{**one, "number": number} for number, one in zip(count(1), head["groups"], strict=False)]
        table(groups[:TABLE_ROWS], _GROUPS, "certainty")
        tell_cut(len(groups) - TABLE_ROWS, "groups")
    if listed.groups:
        table(_numbered(listed), _IDENTITIES, "certainty")
    if head["others"]:
        table(head["others"], _OTHERS, "decision")


def _numbered(found: WhoCan) -> Iterator[dict[str, Any]]:
    for number, group in enumerate(found.groups, start=1):
        for one in _identities(replace(found, groups=(group,))):
            yield {**one, "number": number}


def _warn(found: WhoCan, unread: list[str]) -> None:
    told = [f"warning: {one}" for one in found.warnings]
    if unread:
        more = f" and {len(unread) - MOST_ACCOUNTS} more" if len(unread) > MOST_ACCOUNTS else ""
        named = ", ".join(unread[:MOST_ACCOUNTS])
        told.append(f"identities of {named}{more} were not read, or not all: they are not in the list")
    if found.incomplete:
        told.append(_incomplete(found))
    for one in told:
        click.echo(clean(f"ciem: {one}"), err=True)


def _incomplete(found: WhoCan) -> str:
    number = len(found.incomplete)
    open_ = (group.decision.incomplete for group in found.groups if group.certainty == "incomplete")
    lost = ", ".join(f"`{name}`" for name in dict.fromkeys(chain.from_iterable(open_)))
    return f"{number} {'identity is' if number == 1 else 'identities are'} incomplete: not read was {lost}"
