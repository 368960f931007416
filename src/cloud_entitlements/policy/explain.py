"""A decision told layer by layer, in reading order: what each says, by which statements, on which values.

The tree is for people and programs alike: `as_json` has all of it, `summary` is one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cloud_entitlements.policy.context import Context, Unknown
from cloud_entitlements.policy.decision import Decision, Outcome
from cloud_entitlements.policy.document import Condition, statement_place
from cloud_entitlements.policy.keys import spelled
from cloud_entitlements.policy.layers import (
    BOUNDARY,
    CREDENTIALS,
    ENDPOINT,
    IDENTITY,
    NO_IDENTITY,
    NO_POLICY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    SILENT,
    Met,
    Said,
)
from cloud_entitlements.policy.spelling import told_keys
from cloud_entitlements.policy.statement import condition_holds
from cloud_entitlements.policy.truth import F, T, Truth, U, any_of

Verdict = Literal["allowed", "denied", "conditional", "not read", "does not apply"]
READING_ORDER = (SCP, RCP, ENDPOINT, BOUNDARY, SESSION, IDENTITY, RESOURCE)
_TRUTHS = ("false", "unknown", "true")


@dataclass(frozen=True, slots=True)
class ExplainedCondition:
    operator: str
    key: str
    """In AWS's spelling."""
    values: tuple[str, ...]
    """Of the policy, as they were written."""
    found: tuple[str, ...]
    """Of the request."""
    state: Literal["known", "absent", "present", "unknown"]
    """`present`: it is there, with a value that is not known."""
    truth: str
    """`true`, `false` or `unknown`."""


@dataclass(frozen=True, slots=True)
class ExplainedStatement:
    policy: str
    """Its place among what was given: `identity[0]`, `scp[1][0]`, `kms_grants[0]`."""
    statement: int
    """From 0."""
    sid: str
    effect: str
    matches: str
    """`true`, or `unknown`; a statement that does not match is not told."""
    principal: tuple[str, ...]
    """As what the statement names the caller: `role`, `account`, `any`."""
    decides: bool
    conditions: tuple[ExplainedCondition, ...]


@dataclass(frozen=True, slots=True)
class ExplainedLayer:
    layer: str
    verdict: Verdict
    explicit: bool
    """Denied by a Deny, and not for want of an Allow."""
    blocks: bool
    """It is what the answer failed by."""
    text: str
    statements: tuple[ExplainedStatement, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    decision: Outcome
    summary: str
    principal: str
    action: str
    resource: str
    layers: tuple[ExplainedLayer, ...]
    blocked_by: tuple[str, ...]
    unknown_keys: tuple[str, ...]
    not_read: tuple[str, ...]
    residual: str
    warnings: tuple[str, ...]
    parts: tuple[Explanation, ...]
    """Where one call needs several requests, each one's own."""


def explain(decision: Decision) -> Explanation:
    request = decision.request
    return Explanation(
        decision=decision.outcome,
        summary=_summary(decision),
        principal=request.principal.arn or "anonymous",
        action=request.action,
        resource=request.resource,
        layers=tuple(_layers(decision)),
        blocked_by=decision.denied_by,
        unknown_keys=told_keys(decision),
        not_read=decision.incomplete,
        residual=decision.residual,
        warnings=decision.warnings,
        parts=tuple(explain(part) for part in decision.parts),
    )


def as_json(explanation: Explanation) -> dict[str, Any]:
    return asdict(explanation)


def _summary(decision: Decision) -> str:
    if decision.answer.why:
        return f"{decision.outcome}: {decision.answer.why}"
    if decision.outcome == "denied":
        how = "a Deny in" if decision.explicit_deny else "no Allow in"
        return f"denied: {how} {', '.join(decision.denied_by) or 'any case of what is not known'}"
    if decision.outcome == "conditional":
        return f"conditional: {'; '.join(_open(decision))}"
    by = dict.fromkeys(
        f"{met.policy} {statement_place(met.statement.source.number)}" for met in decision.statements
    )
    return f"allowed: {', '.join(by) or 'no policy is needed'}"


def _open(decision: Decision) -> Iterator[str]:
    if decision.residual:
        yield f"allowed if {decision.residual}"
    elif decision.context_keys:
        yield f"it hangs on {', '.join(told_keys(decision))}"
    if decision.incomplete:
        yield f"not known: {', '.join(decision.incomplete)}"


def _layers(decision: Decision) -> Iterator[ExplainedLayer]:
    layers, deciding = decision.answer.layers, decision.statements
    for name in READING_ORDER if layers else ():
        said = layers[name]
        met = list(said.met)
        if name == RESOURCE:
            met += decision.answer.granted.met
        credentials = layers.get(CREDENTIALS) if name == SESSION else None
        verdict = _verdict(said, _granted(decision) if name == RESOURCE else F)
        text = _text(name, said, verdict, decision)
        if credentials is not None and credentials.allow != T:
            verdict = "denied" if credentials.allow == F else "conditional"
            text = "credentials of this kind are limited by AWS itself"
            met += credentials.met
        yield ExplainedLayer(
            name,
            verdict,
            explicit=said.deny == T,
            blocks=name in decision.denied_by,
            text=text,
            statements=tuple(_statement(one, decision.request.context, deciding) for one in met),
        )


def _granted(decision: Decision) -> Truth:
    """At the resource, beside its policy."""
    granted = decision.answer.granted
    return any_of((*granted.by_kind.values(), *granted.own.values()))


def _verdict(said: Said, granted: Truth) -> Verdict:
    if said.deny == T:
        return "denied"
    if said is SILENT or said is NO_IDENTITY or (said is NO_POLICY and granted == F):
        return "does not apply"
    if said.unread:
        return "not read"
    allow = max(said.allow, granted)
    if said.deny != F or allow == U:
        return "conditional"
    return "allowed" if allow == T else "denied"


def _text(name: str, said: Said, verdict: Verdict, decision: Decision) -> str:
    """What the verdict alone leaves open."""
    caller = decision.request.principal
    if name == IDENTITY and caller.type == "root":
        return "root has every permission in its account"
    if name == RESOURCE and verdict == "denied" and said.deny != T and not decision.answer.needs_resource:
        return "it allows nothing here, and need not"
    if name == RESOURCE and _granted(decision) != F:
        word = "allows" if _granted(decision) == T else "may allow"
        return f"a grant or an ACL {word} beside its policy"
    if name == RESOURCE and decision.answer.needs_resource:
        return (
            "its Allow is needed: across accounts, or because the resource decides who may be allowed at all"
        )
    return ""


def _statement(met: Met, context: Context, deciding: Sequence[Met]) -> ExplainedStatement:
    statement, source = met.statement, met.statement.source
    conditions = tuple(
        _condition(one, context, condition_holds(statement, ready, context))
        for one, ready in zip(source.conditions, statement.checks, strict=True)
    )
    return ExplainedStatement(
        met.policy,
        source.number,
        source.sid,
        source.effect,
        _TRUTHS[met.truth],
        tuple(kind.value for kind in met.kinds),
        any(met is one for one in deciding),
        conditions,
    )


def _condition(asked: Condition, context: Context, truth: Truth) -> ExplainedCondition:
    told = asked.operator.written, spelled(asked.key), asked.values
    state = context.look(asked.key.lower())
    if isinstance(state, Unknown):
        return ExplainedCondition(*told, (), state.value, _TRUTHS[truth])
    return ExplainedCondition(*told, state, "known", _TRUTHS[truth])
