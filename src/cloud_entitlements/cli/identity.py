"""`ciem identity`: one identity, with what is recommended for it, why, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cloud_entitlements.cli.context import Context, clean
from cloud_entitlements.cli.listing import GAPS, asked, tell_covered, up_to_date
from cloud_entitlements.cli.printing import record
from cloud_entitlements.cli.product import commands

_FACTS = {
    "arn": "ARN", "type": "TYPE", "account_id": "ACCOUNT", "account_name": "ACCOUNT NAME", "connection": "CONNECTION",
    "impact_because": "IMPACT", "administrator": "ADMINISTRATOR", "score": "ENTITLEMENT SCORE",
    "created_at": "CREATED", "last_used_at": "LAST USED", "exempt_because": "EXEMPT", "stale_since": "STALE SINCE",
}  # fmt: skip
_CSV = {
    **_FACTS,
    "recommendations.high": "HIGH",
    "recommendations.medium": "MEDIUM",
    "recommendations.low": "LOW",
}
UNKNOWN = "not known"


@click.command(
    help="One identity by its ARN: facts, impact and why, score, recommendations with evidence and fixes, and what is "
    "unknown."
)
@click.argument("arn")
@click.option(
    "--connection", default="", metavar="NAME|ID", help="Of this connection or import, where several have it."
)
@click.pass_obj
def identity(context: Context, *, arn: str, connection: str) -> None:
    with commands(context):
        from cloud_entitlements.server.identities.asked import asked as ask
        from cloud_entitlements.server.identities.asked import one
        from cloud_entitlements.server.identities.coverage import covered
        from cloud_entitlements.server.identities.records import one_record

        wanted = asked(ask, {"connection": connection})
        _, lost = up_to_date(wanted)
        found = one_record(one(arn, wanted.connection))
        around = covered(found["connection_id"])
    _show(context, found)
    tell_covered(around, {name: why for name, why in lost.items() if name == found["connection_id"]})
    if found["also_in"]:
        told = f"also in {', '.join(found['also_in'])}: `--connection` chooses"
        click.echo(clean(f"ciem: {told}"), err=True)
    if found["connection_id"] in lost:
        raise click.exceptions.Exit(GAPS)


def _show(context: Context, found: Mapping[str, Any]) -> None:
    if context.output != "table":
        record(context, found, _CSV)
        return
    record(
        context,
        {**found, **_unknown(found)},
        {name: text for name, text in _FACTS.items() if _is_told(found, name)},
    )
    for one in found["suggested"]:
        _recommendation(one)
    click.echo()
    for one in found["acknowledged"]:
        _line(f"acknowledged: {one['title']} ({one['criterion']}): {one['reason']}")
    for name in ("contained", "unknown"):
        for one in found[name]:
            _line(f"{name}: {one['title']} ({one['criterion']}): {one['why']}")
            for text in one["evidence"]:
                _line(f"  evidence: {text}")
    if found["reaches"]:
        _reaches(found["reaches"])
    elif not any(found[name] for name in ("suggested", "acknowledged", "contained", "unknown")):
        _line("nothing is recommended" + (", for it is exempt" if found["exempt"] else ""))


def _unknown(found: Mapping[str, Any]) -> dict[str, str]:
    lacking = {name: UNKNOWN for name in ("score", "created_at", "last_used_at") if found[name] is None}
    if found["use_known"] and "last_used_at" in lacking:
        lacking["last_used_at"] = "no use is seen, as far back as AWS tells"
    if "score" in lacking and found["type"] in ("user", "role", "group"):
        lacking["score"] += ": AWS was not asked yet what it used; all identities come round within a day"
    return lacking


def _is_told(found: Mapping[str, Any], name: str) -> bool:
    return name not in ("exempt_because", "stale_since") or bool(found[name])


def _reaches(found: Mapping[str, Any]) -> None:
    for one in found["ways"]:
        role = one["role"] or f"no role that is known: {one['why']}"
        through = f" through {one['through']}" if one["through"] else ""
        impact = f", impact {one['impact']}" if one["impact"] else ""
        _line(
            f"reaches {one['account_id']} by {one['permission_set'] or 'a set that was not read'}{through}: {role}{impact}"
        )
    if not found["known"]:
        _line(f"there may be more ways into accounts: {found['why']}")
    elif not found["ways"]:
        _line("nothing is assigned to it")


def _recommendation(one: Mapping[str, Any]) -> None:
    click.echo()
    _line(f"{one['criticality']}: {one['title']} ({one['criterion']})")
    _line(f"  {one['why']}")
    for evidence in one["evidence"]:
        _line(f"  evidence: {evidence['text']}")
    if one["stale_since"]:
        _line(f"  it could not be looked at again since {one['stale_since']}")
    if one["fix"]:
        _line(f"  console: {one['fix']['console']}")
        _lines("aws cli", one["fix"]["cli"].splitlines())
        _lines("terraform", one["fix"]["terraform"].splitlines())


def _lines(heading: str, lines: Sequence[str]) -> None:
    _line(f"  {heading}:")
    for line in lines:
        _line(f"    {line}")


def _line(text: str) -> None:
    click.echo(clean(text))
