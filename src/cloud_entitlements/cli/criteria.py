"""`ciem criteria …`: what is checked; how critical it is and after how many days it fails, for all or one connection; and
which accounts of others roles may trust.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cloud_entitlements.cli.context import Context, Failed, clean
from cloud_entitlements.cli.listing import asked
from cloud_entitlements.cli.printing import record, rows
from cloud_entitlements.cli.product import commands
from cloud_entitlements.cli.recommendations import LEVELS, somebody

_LIST = {
    "id": "ID", "title": "TITLE", "types": "OF", "criticality": "CRITICALITY", "period": "DAYS", "enabled": "ON",
    "own": "SET HERE",
}  # fmt: skip
_SHOW = {
    **_LIST, "default.criticality": "BY DEFAULT", "default.period": "DAYS BY DEFAULT", "why": "WHY",
    "fix.console": "FIX", "needs": "JUDGED BY", "standards.cis": "CIS 3.0.0", "standards.nist": "NIST 800-53",
    "standards.iso": "ISO 27001",
}  # fmt: skip
_KNOWN = {
    "account_id": "ACCOUNT", "name": "WHOSE", "connection": "OF CONNECTION", "added_at": "ADDED", "added_by": "BY",
}  # fmt: skip
_of_connection = click.option(
    "--connection",
    default="",
    metavar="NAME|ID",
    help="Of this connection or import alone; else of all.",
)


@click.group(
    help="What is checked about identities: how critical each criterion is, and after how many days it fails."
)
def criteria() -> None: ...


@criteria.command("list", help="List all, as they are set.")
@_of_connection
@click.pass_obj
def listed(context: Context, connection: str) -> None:
    rows(context, _records(context, connection), _LIST)


@criteria.command("show", help="Show one: why it is checked, how to mend it, which standards ask for it.")
@click.argument("id")
@_of_connection
@click.pass_obj
def show(context: Context, id: str, connection: str) -> None:
    found = next((one for one in _records(context, connection) if one["id"] == id), None)
    if found is None:
        raise Failed(f"there is no criterion `{clean(id)}`", "see `ciem criteria list`", code="not_found")
    record(context, found, _SHOW)


def _records(context: Context, connection: str) -> Sequence[Mapping[str, Any]]:
    """As they are by default where there is no database yet: none is made only to look."""
    if not connection and _nothing_was_kept(context):
        from cloud_entitlements.server.recommendations.criterion_records import default_records

        return default_records()
    with commands(context):
        from cloud_entitlements.server.recommendations.records import policy_records

        return policy_records(_id(connection))


def _nothing_was_kept(context: Context) -> bool:
    from cloud_entitlements.server.folders import data_folder

    database = data_folder(context.data_dir) / "ciem.sqlite3"
    return not os.environ.get("DATABASE_URL") and not database.exists()


def _id(connection: str) -> str:
    from cloud_entitlements.server.identities.filters import checked

    found: dict[str, str] = asked(lambda given: checked(given, {}), {"connection": connection})
    return found.get("connection", "")


@criteria.command("set")
@click.argument("id")
@click.option("--criticality", type=click.Choice(LEVELS))
@click.option("--period", type=int, metavar="DAYS", help="Of a criterion that asks for an age.")
@click.option("--on/--off", "enabled", default=None, help="Whether it is asked at all.")
@_of_connection
@click.pass_obj
def change(
    context: Context,
    id: str,
    criticality: str | None,
    period: int | None,
    enabled: bool | None,
    connection: str,
) -> None:
    """Set ID, for all connections or for one. Identities are judged anew when they are listed next, or by a server."""
    asked_for = {"criticality": criticality, "period": period, "enabled": enabled}
    given = {name: value for name, value in asked_for.items() if value is not None}
    if not given:
        raise click.UsageError("nothing is to be set: give --criticality, --period, --on or --off")
    with commands(context):
        from cloud_entitlements.server.recommendations.commands import changed, set_policies
        from cloud_entitlements.server.recommendations.records import policy_record

        whose = _id(connection)
        set_policies(whose, {id: changed(whose, id, **given)}, somebody())
        record(context, policy_record(whose, id), _SHOW)


@criteria.command("restore")
@click.argument("id", default="")
@_of_connection
@click.option("--yes", is_flag=True, help="Don't ask, where all is meant.")
@click.pass_obj
def restored(context: Context, id: str, connection: str, *, yes: bool) -> None:
    """Forget what was set of ID, or of all: for all connections, or what one has of its own."""
    if not id and not yes:
        click.confirm("Forget what was set of every criterion?", abort=True, err=True)
    with commands(context):
        from cloud_entitlements.server.recommendations.commands import restore
        from cloud_entitlements.server.recommendations.records import policy_record, policy_records

        whose = _id(connection)
        restore(whose, id)
        if id:
            record(context, policy_record(whose, id), _SHOW)
        else:
            rows(context, policy_records(whose), _LIST)


@criteria.command("known")
@_of_connection
@click.pass_obj
def known(context: Context, connection: str) -> None:
    """List known accounts: accounts of others that roles may trust. Of a connection, with those of all."""
    if not connection and _nothing_was_kept(context):
        rows(context, [], _KNOWN)
        return
    with commands(context):
        from cloud_entitlements.server.identities.records import connection_names
        from cloud_entitlements.server.recommendations.known_accounts import known_accounts
        from cloud_entitlements.server.recommendations.records import known_record

        names = connection_names()
        rows(context, [known_record(row, names) for row in known_accounts(_id(connection))], _KNOWN)


@criteria.command("know")
@click.argument("account")
@click.option("--name", required=True, metavar="WHOSE", help="Whose account it is.")
@_of_connection
@click.pass_obj
def know(context: Context, account: str, name: str, connection: str) -> None:
    """Say that ACCOUNT, of others, is known: roles may trust it. Give its number, or an ARN that has it."""
    with commands(context):
        from cloud_entitlements.server.identities.records import connection_names
        from cloud_entitlements.server.recommendations import known_accounts
        from cloud_entitlements.server.recommendations.records import known_record

        row = known_accounts.know(_id(connection), account, name, somebody())
        record(context, known_record(row, connection_names()), _KNOWN)


@criteria.command("forget")
@click.argument("account")
@_of_connection
@click.pass_obj
def forget(context: Context, account: str, connection: str) -> None:
    """Forget that ACCOUNT is known: what trusts it is recommended to be mended again."""
    with commands(context):
        from cloud_entitlements.server.recommendations import known_accounts

        known_accounts.forget(_id(connection), account)
    click.echo("ciem: it is no longer known", err=True)
