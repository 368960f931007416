"""`ciem evaluate`: the policy engine alone. Cases in, one a line; answers out, one a line. No Django, no state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import click

from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.printing import rows

GAPS = 3
_COLUMNS = {
    "name": "NAME",
    "decision": "DECISION",
    "denied_by": "DENIED BY",
    "residual": "ALLOWED IF",
    "incomplete": "NOT KNOWN",
    "error": "ERROR",
}


@click.command(
    "evaluate",
    help="Decide cases: one JSON object a line, each a question with all its policies, from FILE or stdin.\n\n"
    "With --output jsonl each answer is printed as soon as it is known. A case that can't be decided answers with its "
    "error, the others go on, and the exit code is 3.",
)
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--explain", is_flag=True, help="Add every layer's verdict, statements and values (JSON only).")
@click.pass_obj
def evaluate(context: Context, file: IO[bytes], explain: bool) -> None:
    failed = 0
    kept = []
    for answer in _answers(file, explain=explain):
        failed += "error" in answer
        if context.output == "jsonl":
            click.echo(json.dumps(answer))
        else:
            kept.append(answer)
    if context.output != "jsonl":
        rows(context, kept, _COLUMNS)
    if failed:
        click.echo(f"ciem: {failed} of the cases could not be decided; each says why", err=True)
        raise click.exceptions.Exit(GAPS)


def _answers(lines: Iterable[bytes], *, explain: bool) -> Iterator[dict[str, Any]]:
    from cloud_entitlements.policy.cases import answer

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = _read(line)
        except (ValueError, RecursionError) as error:
            yield {"name": f"line {number}", "error": f"line {number} is no JSON that can be used: {error}"}
            continue
        yield answer(case, explained=explain)


def _read(line: bytes) -> Any:
    """DOC-01: a repeated name is an error, and never the last one that wins."""
    return json.loads(line.decode(), object_pairs_hook=_once, parse_constant=_refused)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"`{name}` is repeated")
        found[name] = value
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"`{constant}` is no JSON value")
