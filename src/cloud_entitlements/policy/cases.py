"""The evaluation case: one question with all its policies as a JSON object, and its answer as another.

The format of `ciem evaluate` and of the project's own proofs; docs/reference/evaluation.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cloud_entitlements.policy.catalogue import is_multivalued, is_single, known_action
from cloud_entitlements.policy.context import ABSENT, PRESENT, UNKNOWN, Context, State
from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.derive import derived
from cloud_entitlements.policy.errors import MalformedPolicy, MalformedRequest, PolicyProblem
from cloud_entitlements.policy.evaluate import evaluate
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.request import Home, Request
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, Grant, PolicyStack, S3Settings, policy_set

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
    if not isinstance(case, Mapping):
        return {"name": "", "error": "a case is an object in braces"}
    name = case.get("name", "")
    try:
        request = read_request(case)
        decision = evaluate(read_stack(case), request)
        return {"name": name, **as_json(replace(decision, warnings=(*decision.warnings, *_twice(case))))}
    except PolicyProblem as problem:
        return {"name": name, "error": str(problem)}


def cases_in(document: Any) -> list[dict[str, Any]]:
    """Of a file of cases: a list, or `{"base": {…}, "cases": […]}` whose base stands under each case."""
    if isinstance(document, list):
        return document
    return [{**document.get("base", {}), **case} for case in document["cases"]]


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


def _twice(case: Mapping[str, Any]) -> Iterator[str]:
    """REQ-04: nobody says which of two tags wins whose keys differ by case alone."""
    values: dict[str, State] = {}
    for key, value in (case.get("context") or {}).items():
        if values.setdefault(key.lower(), _state(key, value)) != _state(key, value):
            yield f"`{key}` is given twice, differing by case alone: which one counts is not known"


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
    if not isinstance(given, Mapping):
        raise MalformedRequest("`principal_in` and `resource_in` are objects in braces")
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
    missing = {"absent": ABSENT, "unknown": UNKNOWN}.get(str(case.get("missing_context", "unknown")))
    if missing is None:
        raise MalformedRequest("`missing_context` is `absent` or `unknown`")
    states: dict[str, State] = (
        derived(principal, resource, owner, *homes) if case.get("derive_context", True) else {}
    )
    given: dict[str, State] = {}
    for key, value in _object(case, "context").items():
        name, state = key.lower(), _state(key, value)
        given[name] = state if given.get(name, state) == state else PRESENT
    # REQ-05: a list makes a key one of many values only where the catalogue does not know better
    lists = {key.lower() for key, value in _object(case, "context").items() if isinstance(value, list)}
    several = {key for key in lists if not is_single(key)}
    return Context({**states, **given}, missing, lambda key: is_multivalued(key) or key in several)


def _object(case: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = case.get(name)
    if given is not None and not isinstance(given, Mapping):
        raise MalformedRequest(f"`{name}` is an object in braces")
    return given or {}


def _state(key: str, value: Any) -> State:
    if value is None or value == []:
        return ABSENT
    if isinstance(value, list):
        if len(value) > 1 and is_single(key.lower()):
            raise MalformedRequest(f"`{key}` holds one value")
        return tuple(_text(key, one) for one in value)
    return (_text(key, value),)


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedRequest(f"`{key}` is text, a number, a boolean, or a list of them")


def read_stack(case: Mapping[str, Any]) -> PolicyStack:
    """Raises MalformedPolicy."""
    return PolicyStack(
        identity=_of_identity(_set(case.get("identity_policies") or ())),
        boundary=_of_identity(_layer(case.get("permissions_boundary"))),
        session=_of_identity(_layer(case.get("session_policies"))),
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
    if _is_unread(given):
        return UNREAD
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise MalformedRequest("policies are documents in a list, or `unknown`")
    return policy_set(UNREAD if _is_unread(one) else one for one in given)


def _of_identity(layer: Any) -> Any:
    """STMT-01: what is attached to an identity names resources, and no principals."""
    for member in layer if isinstance(layer, tuple) else ():
        for one in member.policy.statements if isinstance(member, CompiledPolicy) else ():
            place = one.place.line, one.place.column
            if one.resources is None:
                raise MalformedPolicy("the statement has neither Resource nor NotResource", *place)
            if one.principals is not None:
                raise MalformedPolicy("an identity's policy has no Principal", *place)
    return layer


def _layer(given: Any) -> Any:
    """One document, or a list of them."""
    if given is None:
        return None
    return _set([given] if isinstance(given, Mapping) or _is_document(given) else given)


def _is_document(given: Any) -> bool:
    return isinstance(given, str) and not _is_unread(given)


def _levels(given: Any) -> Any:
    if given is None or _is_unread(given):
        return UNREAD if given else None
    if not isinstance(given, list):
        raise MalformedRequest("control policies are a list for each level, or `unknown`")
    return tuple((UNREAD,) if _is_unread(level) else _set(level) for level in given)


def _grants(given: Any) -> Any:
    if _is_unread(given):
        return UNREAD
    if not isinstance(given, Sequence) or not all(isinstance(one, Mapping) for one in given):
        raise MalformedRequest("`kms_grants` is a list of grants, or `unknown`")
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
    if not isinstance(given, Mapping):
        raise MalformedRequest("`s3` is an object in braces, or `unknown`")
    blocks = given.get("block_public_access") or {}
    return S3Settings(
        acl=tuple(given.get("acl") or ()),
        acl_counts=given.get("object_ownership", "BucketOwnerEnforced") != "BucketOwnerEnforced",
        ignore_public_acls=bool(blocks.get("IgnorePublicAcls")),
        restrict_public_buckets=bool(blocks.get("RestrictPublicBuckets")),
    )
