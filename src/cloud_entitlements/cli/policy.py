"""`ciem policy`: what can be said of a policy document by itself. Needs no AWS, no database and no server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import click

from cloud_entitlements.cli.context import Context, Failed, clean
from cloud_entitlements.cli.printing import rows
from cloud_entitlements.policy.lint import KINDS, Finding, Kind, lint
from cloud_entitlements.policy.text import MAX_CHARACTERS

STDIN = "-"
_COLUMNS = {
    "file": "FILE",
    "place": "PLACE",
    "severity": "SEVERITY",
    "code": "CODE",
    "text": "FINDING",
    "fix": "FIX",
}
_MOST_BYTES = 4 * MAX_CHARACTERS + 4
"""So many the largest document has at most; the rest of a larger one is not read to be refused."""


@click.group(help="Look at policy documents.")
@click.pass_context
def policy(ctx: click.Context) -> None:
    if ctx.obj.output == "sarif" and ctx.invoked_subcommand != "lint":
        raise click.BadParameter("`sarif` is a form of `ciem policy lint` alone", param_hint="--output")


def _known_codes(ctx: click.Context, parameter: click.Parameter, codes: tuple[str, ...]) -> frozenset[str]:
    from cloud_entitlements.policy.lint.criteria import CRITERIA

    known = [one.code for one in CRITERIA]
    for code in codes:
        if code not in known:
            near = get_close_matches(code, known, 1)
            hint = f": did you mean `{near[0]}`?" if near else ""
            raise click.BadParameter(f"there is no code `{code}`{hint}", ctx, parameter)
    return frozenset(codes)


@policy.command(
    name="lint",
    help="Find mistakes in policy documents: files, folders (every *.json below), or - for standard input. Ends with 1 "
    "when there are errors or warnings; notes alone end with 0. --output sarif is for code scanning.",
)
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, allow_dash=True)
)
@click.option(
    "--type", "kind", type=click.Choice(KINDS), help="What the documents are; guessed when not given."
)
@click.option(
    "--ignore", multiple=True, metavar="CODE", callback=_known_codes, help="Leave out a code; repeatable."
)
@click.pass_context
def lint_command(
    ctx: click.Context, files: tuple[str, ...], kind: str | None, ignore: frozenset[str]
) -> None:
    found = []
    count = 0
    for name, source in _documents(files):
        count += 1
        found += [(name, one) for one in _looked_at(source, kind) if one.code not in ignore]
    _print(ctx.obj, found)
    _sum_up(found, count)
    if any(one.severity != "note" for _, one in found):
        ctx.exit(1)


def _looked_at(source: str | None, kind: str | None) -> tuple[Finding, ...]:
    if source is None:
        fix = "save it as UTF-8"
        return (Finding("malformed-document", "error", "the document is no UTF-8 text", 1, 1, None, "", fix),)
    return lint(source, cast("Kind | None", kind))


def _documents(files: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    for name in files:
        if name == STDIN:
            yield STDIN, _decoded(sys.stdin.buffer.read(_MOST_BYTES))
        elif Path(name).is_dir():
            yield from _below(Path(name))
        else:
            yield name, _read(Path(name))


def _below(folder: Path) -> Iterator[tuple[str, str | None]]:
    """A folder may hold other JSON too: what has no `Statement` is passed over, and said."""
    for path in sorted(folder.rglob("*.json")):
        if not path.is_file():
            continue
        source = _read(path)
        if source is not None and '"Statement"' not in source:
            click.echo(f"passed over, no policy: {clean(path)}", file=sys.stderr)
            continue
        yield str(path), source


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as opened:
            return _decoded(opened.read(_MOST_BYTES))
    except OSError as error:
        raise Failed(
            f"`{path}` can't be read: {error.strerror}", "check its permissions", exit_code=2
        ) from error


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _print(context: Context, found: list[tuple[str, Finding]]) -> None:
    if context.output == "sarif":
        from cloud_entitlements.cli.sarif import report

        click.echo(report(found))
    elif context.output in ("json", "jsonl"):
        rows(context, [{"file": name, **asdict(one)} for name, one in found], _COLUMNS)
    elif found or context.output == "csv":
        rows(context, [_shown(name, one) for name, one in found], _COLUMNS)


def _shown(name: str, finding: Finding) -> dict[str, Any]:
    fields = {"file": name, **asdict(finding), "place": f"{finding.line}:{finding.column}"}
    return {key: clean(value) for key, value in fields.items()}


def _sum_up(found: list[tuple[str, Finding]], count: int) -> None:
    told = []
    for severity in ("error", "warning", "note"):
        number = sum(one.severity == severity for _, one in found)
        told.append(f"{number} {severity}{'' if number == 1 else 's'}")
    click.echo(f"{', '.join(told)} in {count} document{'' if count == 1 else 's'}", file=sys.stderr)
