"""`ciem can`: may this principal do this action on this resource? Over a snapshot; no Django, no AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.actions import actions_meant
from cloud_entitlements.cli.asking import Known, Where, asking, of_request, of_snapshot
from cloud_entitlements.cli.context import Context, clean
from cloud_entitlements.cli.printing import VERDICTS, record, rows

if TYPE_CHECKING:
    from cloud_entitlements.access import AccessIndex, Question
    from cloud_entitlements.inventory import Snapshot

OUTCOMES = ("allowed", "denied", "conditional")
_FIELDS = {name: name.upper() for name in ("principal", "action", "resource", "decision", "residual")}
_COLUMNS = {
    "action": "ACTION",
    "decision": "DECISION",
    "residual": "IF",
    "denied_by": "DENIED BY",
    "incomplete": "NOT READ",
}
_MOST_NAMED = 5


@click.command(
    help="May PRINCIPAL do ACTION on RESOURCE? PRINCIPAL is an ARN, a service, or `anonymous`. Wildcards in ACTION ask "
    "for each action that matches in AWS's catalogue, as in `s3:Get*` or `iam:*Policy*`; in RESOURCE, they ask for all "
    "that it matches."
)
@click.argument("principal")
@click.argument("action")
@click.argument("resource", default="*")
@of_request
@of_snapshot
@click.option("--explain", is_flag=True, help="Every layer from the top down, with statements and values.")
@click.option("--expect", type=click.Choice(OUTCOMES), help="Exit 1 when an answer is another.")
@click.pass_obj
def can(  # noqa: PLR0913  one parameter an option
    context: Context,
    *,
    principal: str,
    action: str,
    resource: str,
    known: Known,
    where: Where,
    explain: bool,
    expect: str | None,
) -> None:
    from cloud_entitlements.access import Question

    if explain and context.output == "csv":
        raise click.UsageError("--explain has no csv form: use --output table, json or jsonl")
    actions = actions_meant(action)
    questions = [
        Question(principal, one, resource, known.owner, known.context, known.assume) for one in actions
    ]
    outcomes: dict[str, str] = {}
    with asking(context, where) as (index, snapshot):
        found = _noted(_answers(index, snapshot, questions, explain=explain), outcomes)
        if actions == [action]:
            _print(context, next(found))
        else:
            _print_all(context, found, explain=explain)
    if expect:
        _hold(outcomes, expect)


def _answers(
    index: AccessIndex, snapshot: Snapshot, questions: Iterable[Question], *, explain: bool
) -> Iterator[dict[str, Any]]:
    from cloud_entitlements.access.records import answered_record
    from cloud_entitlements.cli.explained import explanation_record

    for answered in index.evaluate_many(questions):
        found = answered_record(answered, snapshot)
        yield {**found, "explanation": explanation_record(answered)} if explain else found


def _noted(found: Iterable[dict[str, Any]], outcomes: dict[str, str]) -> Iterator[dict[str, Any]]:
    for one in found:
        outcomes[one["action"]] = one["decision"]
        yield one


def _hold(outcomes: dict[str, str], expect: str) -> None:
    others = [f"{action} is {outcome}" for action, outcome in outcomes.items() if outcome != expect]
    if not others:
        return
    more = f", and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    named = clean(", ".join(others[:_MOST_NAMED]))
    click.echo(f"ciem: expected `{expect}` of {len(outcomes)}, but {named}{more}", err=True)
    raise click.exceptions.Exit(1)


def _print_all(context: Context, found: Iterable[dict[str, Any]], *, explain: bool) -> None:
    if context.output != "table":
        rows(context, found, {**_FIELDS, "denied_by": "DENIED BY", "incomplete": "NOT READ"})
        return
    answers = list(found)
    counts = Counter(one["decision"] for one in answers)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES)
    click.echo(f"{len(answers)} actions: {told}")
    if explain:
        for one in answers:
            click.echo(f"\n{clean(one['action'])}: ", nl=False)
            _print(context, one)
        return
    rows(context, answers, _COLUMNS, verdict="decision")
    click.echo(clean(_snapshot_line(answers[0])))


def _print(context: Context, found: dict[str, Any]) -> None:
    if context.output != "table":
        record(context, found, _FIELDS)
        return
    click.echo(click.style(found["decision"], bold=True, fg=VERDICTS[found["decision"]]))
    for line in _lines(found):
        click.echo(clean(line))
    if "explanation" in found:
        from cloud_entitlements.cli.explained import told

        for line in told(found["explanation"]):
            click.echo(line)
    click.echo(clean(_snapshot_line(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    from cloud_entitlements.policy.document import statement_place
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
        told.append(f"  {one['effect']}: {statement_place(one['statement'])} of {place}")
    return told + [f"  warning: {one}" for one in found["warnings"]]


def _snapshot_line(found: dict[str, Any]) -> str:
    at = found["snapshot"]
    return f"  snapshot {at['name'] or at['id']} of {at['at'][:16].replace('T', ' ')} UTC"
