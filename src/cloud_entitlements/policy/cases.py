"""The evaluation case: one question with all its policies as a JSON object, and its answer as another.

The format of `ciem evaluate` and of the project's own proofs; docs/reference/evaluation.md describes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_entitlements.policy.catalogue import is_multivalued, known_action
from cloud_entitlements.policy.context import ABSENT, UNKNOWN, Context, State
from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.derive import derived
from cloud_entitlements.policy.errors import MalformedRequest, PolicyProblem
from cloud_entitlements.policy.evaluate import evaluate
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.request import Home, Request
from cloud_entitlements.policy.stack import UNREAD, Grant, PolicyStack, S3Settings, policy_set

FIELDS = frozenset(
    {
        "name", "rules", "expect", "principal", "principal_in", "action", "resource", "resource_account", "resource_in",
        "context", "derive_context", "missing_context", "identity_policies", "permissions_boundary", "session_policies",
        "resource_policy", "service_control_policies", "resource_control_policies", "vpc_endpoint_policies", "kms_grants",
        "s3",
    }
)  # fmt: skip


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """Never raises for what is in the case: a malformed one answers `{"name": …, "error": …}`."""
    name = case.get("name", "") if isinstance(case, Mapping) else ""
    try:
        return {"name": name, **as_json(evaluate(read_stack(case), read_request(case)))}
    except PolicyProblem as problem:
        return {"name": name, "error": str(problem)}


def as_json(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision.outcome,
        "explicit_deny": decision.explicit_deny,
        "denied_by": list(decision.denied_by),
        "context_keys": list(decision.context_keys),
        "residual": decision.residual,
        "minimised": decision.minimised,
        "incomplete": list(decision.incomplete),
        "warnings": [*decision.warnings, *_warnings(decision.request)],
        "statements": [
            {
                "policy": met.policy,
                "statement": met.statement.source.number,
                "effect": met.statement.source.effect,
            }
            for met in decision.statements
        ],
    }


def _warnings(request: Request) -> list[str]:
    """ACT-03: an action that the catalogue does not know is evaluated by pattern all the same."""
    return [] if known_action(request.action) else [f"unknown action `{request.action}`"]


def read_request(case: Mapping[str, Any]) -> Request:
    """Raises MalformedRequest."""
    unknown = sorted(set(case) - FIELDS)
    if unknown:
        raise MalformedRequest(f"a case has no field `{unknown[0]}`")
    principal = parse_principal(_needed(case, "principal"))
    action, resource = str(_needed(case, "action")), str(case.get("resource", "*"))
    if action.count(":") != 1 or "*" in action or "?" in action:
        raise MalformedRequest(f"`{action}` is no action: write one as `service:Name`")
    owner = _owner(case, principal, resource)
    homes = _home(case.get("principal_in")), _home(case.get("resource_in"))
    context = _context(case, principal, resource, owner, homes)
    return Request(principal, action, resource, owner, context, *homes)


def _needed(case: Mapping[str, Any], name: str) -> Any:
    if name not in case:
        raise MalformedRequest(f"the case has no `{name}`")
    return case[name]


def _owner(case: Mapping[str, Any], principal: Principal, resource: str) -> str | None:
    """The account in the ARN; an action on `*` stays in the caller's."""
    given = case.get("resource_account")
    if given is not None:
        return str(given)
    parts = resource.split(":", 5)
    if len(parts) == 6 and parts[4].isdigit():  # noqa: PLR2004
        return parts[4]
    return principal.account or None if resource == "*" else None


def _home(given: Mapping[str, Any] | None) -> Home | None:
    if given is None:
        return None
    return Home(
        str(given.get("organization") or ""),
        str(given.get("path") or ""),
        management=bool(given.get("management_account")),
    )


def _context(
    case: Mapping[str, Any],
    principal: Principal,
    resource: str,
    owner: str | None,
    homes: tuple[Home | None, Home | None],
) -> Context:
    missing = {"absent": ABSENT, "unknown": UNKNOWN}.get(case.get("missing_context", "unknown"))
    if missing is None:
        raise MalformedRequest("`missing_context` is `absent` or `unknown`")
    states: dict[str, State] = (
        derived(principal, resource, owner, *homes) if case.get("derive_context", True) else {}
    )
    given = case.get("context") or {}
    lists = set()
    for key, value in given.items():
        states[key.lower()] = _state(value)
        lists |= {key.lower()} if isinstance(value, Sequence) and not isinstance(value, str) else set()
    return Context(states, missing, lambda key: is_multivalued(key) or key in lists)


def _state(value: Any) -> State:
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return (str(value),)


def read_stack(case: Mapping[str, Any]) -> PolicyStack:
    """Raises MalformedPolicy."""
    return PolicyStack(
        identity=_set(case.get("identity_policies") or ()),
        boundary=_layer(case.get("permissions_boundary")),
        session=_layer(case.get("session_policies")),
        resource=_layer(case.get("resource_policy")),
        service_control=_levels(case.get("service_control_policies")),
        resource_control=_levels(case.get("resource_control_policies")),
        endpoint=_layer(case.get("vpc_endpoint_policies")),
        grants=_grants(case.get("kms_grants") or ()),
        s3=_s3(case.get("s3")),
    )


def _is_unread(given: Any) -> bool:
    return isinstance(given, str) and given == "unknown"


def _set(given: Any) -> Any:
    return UNREAD if _is_unread(given) else policy_set(UNREAD if _is_unread(one) else one for one in given)


def _layer(given: Any) -> Any:
    """One document, or a list of them."""
    if given is None:
        return None
    return _set([given] if isinstance(given, Mapping) else given)


def _levels(given: Any) -> Any:
    if given is None or _is_unread(given):
        return UNREAD if given else None
    return tuple((UNREAD,) if _is_unread(level) else _set(level) for level in given)


def _grants(given: Any) -> Any:
    if _is_unread(given):
        return UNREAD
    return tuple(
        Grant(
            grantee=str(one.get("GranteePrincipal", "")),
            operations=frozenset(one.get("Operations", ())),
            issued_by=str(one.get("IssuingAccount", "")),
            encryption_context_equals=(one.get("Constraints") or {}).get("EncryptionContextEquals"),
            encryption_context_subset=(one.get("Constraints") or {}).get("EncryptionContextSubset"),
        )
        for one in given
    )


def _s3(given: Any) -> Any:
    if given is None:
        return S3Settings()
    if _is_unread(given):
        return UNREAD
    blocks = given.get("block_public_access") or {}
    return S3Settings(
        acl=tuple(given.get("acl") or ()),
        acl_counts=given.get("object_ownership", "BucketOwnerEnforced") != "BucketOwnerEnforced",
        ignore_public_acls=bool(blocks.get("IgnorePublicAcls")),
        restrict_public_buckets=bool(blocks.get("RestrictPublicBuckets")),
    )
