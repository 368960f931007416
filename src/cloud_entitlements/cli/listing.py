"""What the lists share: filters, rows that are of the latest snapshot, and what a list can't know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

import click

from cloud_entitlements.cli.context import Context, Failed, clean

if TYPE_CHECKING:  # Django is set up before it is imported
    from cloud_entitlements.server.identities.coverage import Covered

GAPS = 3
MOST_GAPS = 5
Command = Callable[..., None]
Filters = Mapping[str, str]
SEARCH = ("q", "--search", "WORDS", "Words that the ARN or the account's name has.")
SHARED = (
    SEARCH,
    ("connection", "--connection", "NAME|ID", "Of this connection or import."),
    ("tag", "--tag", "TAG", "Of connections with this tag."),
    ("account", "--account", "ID", "In this account."),
    ("type", "--type", "TYPE", "user, role, group, root, directory_user or directory_group."),
    ("criticality", "--criticality", "LEVEL", "high, medium or low."),
)
"""Name of the filter, option, what it takes, help."""
_ONE = frozenset({"q", "connection", "tag", "exempt", "sort"})
"""All others may have several values."""


class Wanted(Protocol):
    """Of identities, or of recommendations."""

    @property
    def connection(self) -> str: ...
    @property
    def tag(self) -> str: ...


def filtered(*more: tuple[str, str, str, str]) -> Callable[[Command], Command]:
    """Adds the filters; the command is called with `filters`. Several values may be given again, or with commas."""
    options = (*SHARED, *more)

    def add(command: Command) -> Command:
        @wraps(command)
        def wrapped(**given: Any) -> None:
            taken = {name: given.pop(name) for name, *_ in options}
            filters = {name: one if name in _ONE else ",".join(one) for name, one in taken.items()}
            command(filters=filters, **given)

        found: Command = wrapped
        for name, option, takes, text in reversed(options):
            several = name not in _ONE
            found = click.option(
                option, name, metavar=takes, multiple=several, default=() if several else "", help=text
            )(found)
        return found

    return add


def asked(ask: Callable[[Filters], Any], filters: Filters) -> Any:
    """`ask` of the server. A filter that is not known ends with 2, and with what is known."""
    from cloud_entitlements.server.connections.refusals import Invalid

    try:
        return ask(filters)
    except Invalid as wrong:
        name, problem = next(iter(wrong.fields.items()))
        option = "--search" if name == "q" else f"--{name}"
        raise click.BadParameter(clean(f"{problem.text}: {problem.fix}"), param_hint=option) from wrong


def up_to_date(wanted: Wanted) -> tuple[Covered, Mapping[str, str]]:
    """Judges what waits. Returns what the rows are of, and what could not be judged, with why."""
    from cloud_entitlements.cli.judging import judge_due
    from cloud_entitlements.server.connections.refusals import NotReady
    from cloud_entitlements.server.identities.asked import answerable
    from cloud_entitlements.server.recommendations.commands import expire

    lost = judge_due(wanted.connection)
    expire()
    try:
        return answerable(wanted.connection, wanted.tag), lost
    except NotReady as early:
        if not lost:
            raise
        raise Failed(
            f"what was collected could not be judged: {'; '.join(lost.values())}",
            "mend that, and run the command again",
            code="not_judged",
        ) from early


def tell_covered(covered: Covered, lost: Mapping[str, str]) -> None:
    """On stderr: what the list can't know, and what it is not of."""
    for connection_id, why in lost.items():
        _say(
            f"`{_name(covered, connection_id)}` could not be judged: {why}; its rows are of an older snapshot"
        )
    if covered.connected != covered.total:
        _say(
            f"{covered.connected} of {covered.total} accounts were read: who is in the others is not in the list"
        )
    if covered.gaps:
        _say(f"{covered.gaps} {'part was' if covered.gaps == 1 else 'parts were'} not read:")
        gaps = covered.gap_list()
        for gap in gaps[:MOST_GAPS]:
            _say(f"  {gap.account_id} {gap.part}: {gap.call} {gap.code} {gap.message}")
        if covered.gaps > MOST_GAPS:
            _say(f"  and {covered.gaps - MOST_GAPS} more: `--output json` has the first 50")


def _name(covered: Covered, connection_id: str) -> str:
    return next((one.name for one in covered.analyses if one.connection_id == connection_id), connection_id)


def _say(text: str) -> None:
    click.echo(clean(f"ciem: {text}"), err=True)


def chosen(names: str | None, known: Sequence[Any], context: Context) -> Sequence[Any]:
    """Columns of a CSV by name, in the order given; none given: all."""
    if names is None:
        return known
    if context.output != "csv":
        raise click.UsageError("--columns chooses what `--output csv` has: give both")
    by_name = {one.name: one for one in known}
    listed = [name.strip() for name in names.split(",") if name.strip()]
    for name in listed:
        if name not in by_name:
            raise click.BadParameter(
                clean(f"`{name}` is no column: choose among {', '.join(by_name)}"), param_hint="--columns"
            )
    return [by_name[name] for name in dict.fromkeys(listed)] or known
