"""`ciem picture …`: the pictures of the pages as data, as CSV, and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.listing import GAPS, asked, tell_covered, up_to_date
from cloud_entitlements.cli.printing import record, rows
from cloud_entitlements.cli.product import commands

_TREE = {
    "kind": "KIND", "name": "NAME", "detail": "ID", "letter": "IMPACT", "identities": "IDENTITIES", "high": "HIGH",
    "medium": "MEDIUM", "low": "LOW",
}  # fmt: skip
_PATH = {"kind": "KIND", "label": "NAME", "impact": "IMPACT", "title": "TELLS"}
_svg = click.option("--svg", is_flag=True, help="Print the drawing itself.")
_connection = click.option(
    "--connection", default="", metavar="NAME|ID", help="Of this connection or import."
)


@click.group(help="The pictures of the pages: as data with `--output json` or `csv`, or drawn with `--svg`.")
def picture() -> None: ...


@picture.command(
    "organization",
    help="Connections, accounts and identities, each as grave as its gravest: 200 at most, the rest in groups.",
)
@_connection
@click.option("--tag", default="", help="Of connections with this tag.")
@click.option("--unit", default="", metavar="PATH", help="Accounts of this unit.")
@click.option("--account", default="", metavar="ID", help="This account, with its identities by their names.")
@click.option(
    "--impact", default="", metavar="LETTER", help="With an account: its identities of this impact."
)
@click.option("--skip", default=0, type=click.IntRange(0), help="Pass over so many of the gravest.")
@_svg
@click.pass_obj
def organization(context: Context, /, *, connection: str, tag: str, svg: bool, **focus: Any) -> None:
    with commands(context):
        from cloud_entitlements.server.home.drawing import drawing
        from cloud_entitlements.server.home.focus import Focus
        from cloud_entitlements.server.home.picture_files import COLUMNS, picture_rows, picture_svg
        from cloud_entitlements.server.home.scope import Scope
        from cloud_entitlements.server.home.told import refuse_unknown
        from cloud_entitlements.server.identities.asked import asked as ask

        wanted = asked(ask, {"connection": connection, "tag": tag})
        covered, lost = up_to_date(wanted)
        scope = Scope(wanted.tag, wanted.connection)
        refuse_unknown(scope)
        found = drawing(scope, Focus.of({name: str(value) for name, value in focus.items()}))
        drawn = picture_svg(found) if svg else ""
    _show(context, drawn, found.record(), list(picture_rows(found)), _TREE, COLUMNS)
    tell_covered(covered, lost)
    if lost:
        raise click.exceptions.Exit(GAPS)


@picture.command(
    "path",
    help="The access path of an identity: who gets to be it, what it holds, what limits it, what is left.",
)
@click.argument("arn")
@_connection
@click.option("--all-policies", is_flag=True, help="Group no policies.")
@click.option("--all-services", is_flag=True, help="Group no services.")
@_svg
@click.pass_obj
def path(
    context: Context, *, arn: str, connection: str, all_policies: bool, all_services: bool, svg: bool
) -> None:
    with commands(context):
        from cloud_entitlements.server.identities.asked import asked as ask
        from cloud_entitlements.server.identities.asked import one
        from cloud_entitlements.server.identities.coverage import covered
        from cloud_entitlements.server.identities.path_files import (
            COLUMNS,
            opened_path,
            path_record,
            path_rows,
            path_svg,
        )
        from cloud_entitlements.server.identities.picture import Wanted

        wanted = asked(ask, {"connection": connection})
        _, lost = up_to_date(wanted)
        found = opened_path(one(arn, wanted.connection), Wanted(all_policies, all_services))
        drawn, told = path_svg(*found) if svg else "", path_record(*found)
        around = covered(found[0].one.row.connection_id)
    _show(context, drawn, told, list(path_rows(told)), _PATH, COLUMNS)
    tell_covered(around, lost)
    if lost:
        raise click.exceptions.Exit(GAPS)


def _show(
    context: Context,
    drawn: str,
    told: Mapping[str, Any],
    listed: list[Mapping[str, Any]] | list[dict[str, Any]],
    table: Mapping[str, str],
    columns: Mapping[str, str],
) -> None:
    if drawn:
        click.echo(drawn)
    elif context.output in ("json", "jsonl"):
        record(context, told, columns)
    elif context.output == "csv":
        rows(context, listed, columns)
    else:
        rows(context, [one for one in listed if one.get("row") != "edge"], table)
