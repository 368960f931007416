"""`ciem can`: may this principal do this action on this resource? Over a snapshot; no Django, no AWS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.context import Context, Failed, clean

if TYPE_CHECKING:
    from cloud_entitlements.inventory import Snapshot

OUTCOMES = ("allowed", "denied", "conditional")


@click.command(help="May PRINCIPAL do ACTION on RESOURCE? PRINCIPAL is an ARN, a service, or `anonymous`.")
@click.argument("principal")
@click.argument("action")
@click.argument("resource", default="*")
@click.option(
    "--context",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A key of the request, e.g. aws:SourceIp=192.0.2.1; again for more values.",
)
@click.option(
    "--assume",
    "assumptions",
    multiple=True,
    metavar="NAME",
    help="What may be taken for granted of the call: direct, now, internet, long-term-key; again for more.",
)
@click.option(
    "--resource-account", metavar="ID", help="Whose the resource is, where its ARN does not say it."
)
@click.option(
    "--snapshot",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a snapshot; else the default.",
)
@click.option("--expect", type=click.Choice(OUTCOMES), help="Exit 1 when the answer is another.")
@click.pass_obj
def can(  # noqa: PLR0913, PLR0917  one parameter an option
    context: Context,
    principal: str,
    action: str,
    resource: str,
    pairs: tuple[str, ...],
    assumptions: tuple[str, ...],
    resource_account: str | None,
    folder: Path | None,
    expect: str | None,
) -> None:
    from cloud_entitlements.access import Asker, CannotAnswer, Question, read_organization
    from cloud_entitlements.access.records import answered_record
    from cloud_entitlements.policy import PolicyProblem

    snapshot = _snapshot(context, folder)
    question = Question(principal, action, resource, resource_account, _context(pairs), assumptions)
    try:
        answered = Asker(read_organization(snapshot)).can(question)
    except CannotAnswer as lost:
        raise Failed(lost.text, lost.fix, code="not_found") from lost
    except PolicyProblem as wrong:
        raise Failed(str(wrong), "see `ciem can --help`", code="malformed") from wrong
    _print(context, answered_record(answered, snapshot))
    if expect and expect != answered.decision.outcome:
        raise click.exceptions.Exit(1)


def _snapshot(context: Context, folder: Path | None) -> Snapshot:
    from cloud_entitlements.inventory import Snapshot, default_snapshot
    from cloud_entitlements.server.folders import data_folder, snapshots_folder

    try:
        found = (
            Snapshot.open(folder)
            if folder
            else default_snapshot(snapshots_folder(data_folder(context.data_dir)))
        )
    except (OSError, ValueError) as error:
        raise Failed(
            f"`{folder}` is no snapshot: {error}", "see `ciem snapshot list`", code="no_snapshot"
        ) from error
    if found is None:
        fix = "import files with `ciem snapshot import`, or connect an organization with `ciem org add`"
        raise Failed("there is no snapshot yet", fix, code="no_snapshot")
    return found


def _context(pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"`{pair}` is not KEY=VALUE", param_hint="--context")
        found[key] = (*found.get(key, ()), value)
    return found


def _print(context: Context, found: dict[str, Any]) -> None:
    from cloud_entitlements.cli.printing import record

    if context.output != "table":
        record(
            context,
            found,
            {name: name.upper() for name in ("principal", "action", "resource", "decision", "residual")},
        )
        return
    click.echo(
        click.style(
            found["decision"],
            bold=True,
            fg={"allowed": "green", "denied": "red"}.get(found["decision"], "yellow"),
        )
    )
    for line in _lines(found):
        click.echo(clean(line))


def _lines(found: dict[str, Any]) -> list[str]:
    from cloud_entitlements.policy.profiles import in_words

    why = {
        "if": found["residual"],
        "depends on": ", ".join(found["context_keys"]),
        "assumed": in_words(found["assumed"]),
        "not read": ", ".join(found["incomplete"]),
        "denied by": ", ".join(found["denied_by"])
        + (" (an explicit Deny)" if found["explicit_deny"] else ""),
    }
    told = [f"  {name}: {words}" for name, words in why.items() if words]
    for one in found["statements"]:
        place = one["source"] or one["policy"]
        told.append(f"  {one['effect']}: statement {one['statement'] + 1} of {place}")
    told += [f"  warning: {one}" for one in found["warnings"]]
    at = found["snapshot"]
    return [*told, f"  snapshot {at['name'] or at['id']} of {at['at'][:16].replace('T', ' ')} UTC"]
