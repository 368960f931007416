"""`ciem recommendations`: what fails, with its evidence; acknowledged with a reason, or the end of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from getpass import getuser
from typing import Any

import click

from cloud_entitlements.cli.asking import limited, most, tell_cut
from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.identities import AT_ONCE, of_columns
from cloud_entitlements.cli.listing import (
    GAPS,
    Filters,
    asked,
    chosen,
    filtered,
    tell_covered,
    up_to_date,
)
from cloud_entitlements.cli.printing import record, rows, streamed
from cloud_entitlements.cli.product import commands

LEVELS = ("high", "medium", "low")  # the criteria's CRITICALITIES, without importing them at start
FOUND = 1
_TABLE = {
    "criticality": "CRITICALITY", "criterion": "CRITERION", "arn": "IDENTITY", "account_name": "ACCOUNT",
    "state": "STATE", "evidence": "EVIDENCE",
}  # fmt: skip
_OF_LIST = (
    ("criterion", "--criterion", "ID", "Of this criterion; `ciem criteria list` names them."),
    (
        "state",
        "--state",
        "STATE",
        "suggested (when none is given), acknowledged, followed, withdrawn, or any.",
    ),
    ("sort", "--sort", "ORDER", "criticality, name, account, first_seen or newest."),
)


@click.group(
    invoke_without_command=True,
    help="List recommendations with their evidence. Filters may be given again, or with commas, for several values.",
)
@filtered(*_OF_LIST)
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    help="End with 1 when one so critical, or more, is suggested among all that the filters leave; with 3 when none is, but "
    "not everything was read.",
)
@click.option("--columns", metavar="NAMES", help="Of a CSV, with commas, in this order.")
@limited
@click.pass_context
def recommendations(
    ctx: click.Context, *, filters: Filters, fail_on: str | None, columns: str | None, limit: int | None
) -> None:
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, filters, fail_on, columns, limit)
    elif any(filters.values()) or fail_on or columns or limit is not None:
        raise click.UsageError(
            f"options of the list stand before `{ctx.invoked_subcommand}`: give its own behind it"
        )


def _list(
    context: Context, filters: Filters, fail_on: str | None, columns: str | None, limit: int | None
) -> None:
    with commands(context):
        from cloud_entitlements.server.keyset import ordered
        from cloud_entitlements.server.recommendations import columns as known
        from cloud_entitlements.server.recommendations.asked import asked as ask
        from cloud_entitlements.server.recommendations.listing import by_criticality, tally
        from cloud_entitlements.server.recommendations.listing import recommendations as found_by

        of_file = chosen(columns, known.COLUMNS, context)
        wanted = asked(ask, filters)
        covered, lost = up_to_date(wanted)
        found = found_by(wanted)
        total, many = found.count(), most(context, limit)
        counts = dict(by_criticality(tally(found)))
        listed = ordered(found, wanted.order)[:many].iterator(chunk_size=AT_ONCE)
        _show(context, listed, covered, total, counts, of_file)
    click.echo(f"ciem: {_summary(counts)}", err=True)
    tell_covered(covered, lost)
    tell_cut(0 if many is None else total - many, "recommendations")
    code = _code(fail_on, counts, whole=covered.whole, judged=not lost)
    if code:
        raise click.exceptions.Exit(code)


def _show(
    context: Context, listed: Iterable[Any], covered: Any, total: int, counts: Any, columns: Any
) -> None:
    from cloud_entitlements.server.identities.records import connection_names, coverage_record
    from cloud_entitlements.server.recommendations.records import recommendation_record

    names = connection_names()
    if context.output == "csv":
        rows(context, of_columns(listed, columns, names), {one.name: one.heading for one in columns})
        return
    records = (recommendation_record(one, names) for one in listed)
    if context.output == "json":
        coverage = coverage_record(covered, gaps=True)
        streamed({"total": total, "by_criticality": counts, "coverage": coverage}, "recommendations", records)
    else:
        rows(context, map(_told, records) if context.output == "table" else records, _TABLE)


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    evidence = "; ".join(one.get("text", "") for one in record["evidence"])
    return {**record, "account_name": record["account_name"] or record["account_id"], "evidence": evidence}


def _summary(counts: Mapping[str, Mapping[str, int]]) -> str:
    """`suggested: 3 high, 2 medium, 0 low`."""
    states = dict.fromkeys(["suggested", *(state for those in counts.values() for state in those)])
    return "; ".join(
        f"{state}: " + ", ".join(f"{those.get(state, 0)} {level}" for level, those in counts.items())
        for state in states
    )


def _code(fail_on: str | None, counts: Mapping[str, Mapping[str, int]], *, whole: bool, judged: bool) -> int:
    """What was not read is no pass: it may be what fails."""
    graver = LEVELS[: LEVELS.index(fail_on) + 1] if fail_on else ()
    if any(counts[level].get("suggested", 0) for level in graver):
        return FOUND
    return GAPS if not judged or (fail_on and not whole) else 0


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    command = filtered()(command)
    command = click.option(
        "--all", "every", is_flag=True, help="All that the filters leave, instead of ARNs."
    )(command)
    command = click.argument("arns", nargs=-1, metavar="[ARN]…")(command)
    return click.argument("criterion")(command)


@recommendations.command("ack")
@_chosen
@click.option("--reason", required=True, help="Why it may stay as it is.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="From then on it is suggested again.")
@click.pass_obj
def acknowledge(  # noqa: PLR0917
    context: Context,
    criterion: str,
    arns: tuple[str, ...],
    every: bool,
    filters: Filters,
    reason: str,
    until: str,
) -> None:
    """Acknowledge what CRITERION recommends for these identities: it may stay as it is, for a reason."""

    def change(meant: Any) -> int:
        from cloud_entitlements.server.recommendations.asked import to_acknowledge
        from cloud_entitlements.server.recommendations.commands import acknowledge as keep
        from cloud_entitlements.server.recommendations.commands import day

        ends = day(until)
        return keep(to_acknowledge(meant), reason, ends, somebody())

    _changed(context, criterion, arns, filters, every=every, change=change, word="acknowledged")


@recommendations.command("unack")
@_chosen
@click.pass_obj
def unacknowledge(
    context: Context, criterion: str, arns: tuple[str, ...], every: bool, filters: Filters
) -> None:
    """Undo it: what CRITERION recommends for these identities is suggested again at once."""

    def change(meant: Any) -> int:
        from cloud_entitlements.server.recommendations.asked import to_suggest_again
        from cloud_entitlements.server.recommendations.commands import unacknowledge as undo

        return undo(to_suggest_again(meant))

    _changed(context, criterion, arns, filters, every=every, change=change, word="suggested again")


def _changed(
    context: Context,
    criterion: str,
    arns: tuple[str, ...],
    filters: Filters,
    *,
    every: bool,
    change: Callable[[Any], int],
    word: str,
) -> None:
    if not every and any(value for name, value in filters.items() if name != "connection"):
        raise click.UsageError("filters choose among all: add --all, or leave them out")
    with commands(context):
        from cloud_entitlements.server.recommendations.asked import Meant
        from cloud_entitlements.server.recommendations.asked import asked as ask

        _, lost = up_to_date(asked(ask, filters))
        count = change(Meant(criterion, arns, every, filters))
    told = {"criterion": criterion, "changed": count}
    record(context, told, {"criterion": "CRITERION", "changed": word.upper()})
    if lost:
        raise click.exceptions.Exit(GAPS)


def somebody() -> str:
    """Who changes something here, in words."""
    try:
        return f"{getuser()[:100]}, in a terminal"
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody in a terminal"
