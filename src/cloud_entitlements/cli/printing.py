"""Rows on stdout: a table for people, JSON, JSON lines, or CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from cloud_entitlements.cli.context import Context, clean

FORMULA = ("=", "+", "-", "@", "\t", "\r")


VERDICTS = {
    "allowed": "green",
    "certain": "green",
    "denied": "red",
    "conditional": "yellow",
    "incomplete": "yellow",
}
"""Colours of the words that an answer comes to. The word is always there too."""


def rows(
    context: Context,
    records: Iterable[Mapping[str, Any]],
    columns: Mapping[str, str],
    verdict: str = "",
) -> None:
    """`columns` names what a table shows: dotted field → heading. JSON has the whole records; JSON lines and CSV are
    printed as the records come. `verdict`: the field that a table shows in its colour.
    """
    if context.output == "json":
        click.echo(json.dumps(list(records), indent=2))
    elif context.output == "jsonl":
        for record in records:
            click.echo(json.dumps(record))
    elif context.output == "csv":
        _csv(records, columns)
    else:
        table(records, columns, verdict)


def streamed(found: Mapping[str, Any], name: str, records: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object, whose last field is a list too long to be held: `name`, printed as the records come."""
    click.echo(f'{json.dumps(found, indent=2)[:-2]},\n  "{name}": [', nl=False)
    for number, record in enumerate(records):
        click.echo(f"{',' if number else ''}\n    {json.dumps(record)}", nl=False)
    click.echo("\n  ]\n}")


def record(context: Context, found: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    """One record: JSON is the object itself, a table has a line a field."""
    if context.output in ("json", "jsonl"):
        click.echo(json.dumps(found, indent=2 if context.output == "json" else None))
    elif context.output == "csv":
        _csv([found], columns)
    else:
        width = max(len(heading) for heading in columns.values())
        for field, heading in columns.items():
            click.echo(f"{heading:<{width}}  {clean(_text(_field(found, field)))}")


def causes(found: Sequence[Mapping[str, str]], *, err: bool = False) -> None:
    """Of a failure, the likeliest first: how to tell, and what to do."""
    for number, cause in enumerate(found, start=1):
        click.echo(clean(f"  {number}. {cause['text']}"), err=err)
        if cause["tell"]:
            click.echo(clean(f"     how to tell: {cause['tell']}"), err=err)
        click.echo(clean(f"     fix: {cause['fix']}"), err=err)
        if cause["then"]:
            click.echo(clean(f"     then: {cause['then']}"), err=err)


def table(records: Iterable[Mapping[str, Any]], columns: Mapping[str, str], verdict: str = "") -> None:
    found = list(records)
    if not found:
        click.echo("none", file=sys.stderr)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in columns.values():
        drawn.add_column(heading, overflow="fold")
    for one in found:
        texts = {field: clean(_text(_field(one, field))) for field in columns}
        drawn.add_row(
            *(Text(text, VERDICTS.get(text, "") if field == verdict else "") for field, text in texts.items())
        )
    console = Console()
    # In a pipe nobody sees a width: rows stay whole.
    console.print(drawn) if console.is_terminal else Console(width=250).print(drawn)


def _csv(records: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns.values())
    for found in records:
        writer.writerow(clean(_inert(_text(_field(found, field)))) for field in columns)


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _field(found: Mapping[str, Any], dotted: str) -> Any:
    value: Any = found
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and value.keys() == {"total", "connected"}:
        return f"{value['connected']} of {value['total']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} ({count})" for name, count in value.items())
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
