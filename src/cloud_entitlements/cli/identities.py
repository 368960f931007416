"""`ciem identities`: the list of the page, with its filters; `ciem identity`: one of them, with all that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from cloud_entitlements.cli.asking import limited, most, tell_cut
from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.listing import (
    GAPS,
    Filters,
    asked,
    chosen,
    filtered,
    tell_covered,
    up_to_date,
)
from cloud_entitlements.cli.printing import rows, streamed
from cloud_entitlements.cli.product import commands

AT_ONCE = 2000
_TABLE = {
    "arn": "IDENTITY", "account_name": "ACCOUNT", "connection": "CONNECTION", "impact": "IMPACT",
    "administrator": "ADMINISTRATOR", "recommendations.high": "HIGH", "recommendations.medium": "MEDIUM",
    "recommendations.low": "LOW", "score": "SCORE", "last_used_at": "LAST USED", "exempt": "EXEMPT",
}  # fmt: skip
UNKNOWN = "not known"


@click.command(
    help="List identities: impact, administrators, recommendations, score. Filters may be given again, or with commas, for "
    "several values."
)
@filtered(
    ("impact", "--impact", "LETTER", "A to E."),
    ("administrator", "--administrator", "WORD", "yes, contained, no or unknown."),
    ("criterion", "--criterion", "ID", "Whom this criterion's recommendation is suggested to."),
    ("exempt", "--exempt", "yes|no", "Left out of recommendations, or not."),
    ("sort", "--sort", "ORDER", "impact, recommendations, score, name, account, used or created."),
)
@click.option("--columns", metavar="NAMES", help="Of a CSV, with commas, in this order.")
@limited
@click.pass_obj
def identities(context: Context, *, filters: Filters, columns: str | None, limit: int | None) -> None:
    with commands(context):
        from cloud_entitlements.server.identities import columns as known
        from cloud_entitlements.server.identities.asked import asked as ask
        from cloud_entitlements.server.identities.listing import identities as found_by
        from cloud_entitlements.server.keyset import ordered

        of_file = chosen(columns, known.COLUMNS, context)
        wanted = asked(ask, filters)
        covered, lost = up_to_date(wanted)
        found = found_by(wanted)
        total, many = found.count(), most(context, limit)
        listed = ordered(found, wanted.order)[:many].iterator(chunk_size=AT_ONCE)
        _show(context, listed, covered, total, of_file)
    tell_covered(covered, lost)
    tell_cut(0 if many is None else total - many, "identities")
    if lost:
        raise click.exceptions.Exit(GAPS)


def _show(context: Context, listed: Iterable[Any], covered: Any, total: int, columns: Any) -> None:
    from cloud_entitlements.server.identities.records import (
        connection_names,
        coverage_record,
        identity_record,
    )

    names = connection_names()
    if context.output == "csv":
        rows(context, of_columns(listed, columns, names), {one.name: one.heading for one in columns})
        return
    records = (identity_record(one, names) for one in listed)
    if context.output == "json":
        head = {"total": total, "coverage": coverage_record(covered, gaps=True)}
        streamed(head, "identities", records)
    else:
        rows(context, map(_told, records) if context.output == "table" else records, _TABLE)


def of_columns(listed: Iterable[Any], columns: Any, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for row in listed:
        connection = names.get(row.connection_id, "")
        yield {column.name: column.text(row, connection) for column in columns}


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    """In a table what is not known is a word, and no empty place."""
    return {
        **record,
        "account_name": record["account_name"] or record["account_id"],
        "impact": f"{record['impact']}{'+' if record['impact_is_least'] and record['impact'] != 'E' else ''}",
        "score": UNKNOWN if record["score"] is None else record["score"],
        "last_used_at": _used(record),
    }


def _used(record: Mapping[str, Any]) -> str:
    if record["last_used_at"]:
        return str(record["last_used_at"])[:16].replace("T", " ")
    return "not seen" if record["use_known"] else UNKNOWN
