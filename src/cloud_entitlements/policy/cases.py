"""The evaluation case: one question with all its policies as a JSON object, and its answer as another.

The format of `ciem evaluate` and of the project's own proofs; docs/reference/evaluation.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from cloud_entitlements.policy.catalogue import is_multivalued, is_single, known_action
from cloud_entitlements.policy.context import ABSENT, PRESENT, UNKNOWN, Context, State
from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.derive import derived, derived_families
from cloud_entitlements.policy.errors import MalformedRequest, PolicyProblem
from cloud_entitlements.policy.evaluate import evaluate
from cloud_entitlements.policy.explain import as_json as told
from cloud_entitlements.policy.explain import explain
from cloud_entitlements.policy.grants import read_grant
from cloud_entitlements.policy.principal import Principal, parse_principal, with_parent
from cloud_entitlements.policy.profiles import ENDPOINT_KEYS, Assumption, as_context, assume
from cloud_entitlements.policy.request import Home, Request
from cloud_entitlements.policy.services.blocks import effective
from cloud_entitlements.policy.shapes import RCP_SHAPE, UNNAMED_SHAPE, Shape, check
from cloud_entitlements.policy.spelling import told_keys
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, PolicyStack, S3Settings, policy_set
from cloud_entitlements.policy.switches import DEFAULT, Switches, read_switches

_OBJECT, _LIST, _TEXT, _FLAG = Mapping, list, str, bool
FIELDS: Mapping[str, tuple[type, ...]] = {
    "name": (_TEXT,),
    "rules": (_LIST,),
    "expect": (_OBJECT,),
    "principal": (_TEXT, _OBJECT),
    "session_of": (_TEXT,),
    "principal_in": (_OBJECT,),
    "action": (_TEXT,),
    "resource": (_TEXT,),
    "resource_account": (_TEXT,),
    "resource_in": (_OBJECT,),
    "aws_managed": (_FLAG,),
    "context": (_OBJECT,),
    "derive_context": (_FLAG,),
    "missing_context": (_TEXT,),
    "assume": (_LIST,),
    "identity_policies": (_LIST,),
    "permissions_boundary": (_OBJECT,),
    "session_policies": (_LIST,),
    "resource_policy": (_OBJECT,),
    "service_control_policies": (_LIST,),
    "resource_control_policies": (_LIST,),
    "vpc_endpoint_policies": (_LIST,),
    "kms_grants": (_LIST,),
    "s3": (_OBJECT,),
    "switches": (_OBJECT,),
}
"""Of each field what it may hold; null stands for absent, and `"unknown"` in place of a layer for not read."""
LAYERS = frozenset(
    {
        "identity_policies", "permissions_boundary", "session_policies", "resource_policy", "service_control_policies",
        "resource_control_policies", "vpc_endpoint_policies", "kms_grants", "s3",
    }
)  # fmt: skip


def answer(case: Any, *, explained: bool = False) -> dict[str, Any]:
    """Never raises for what is in the case: a malformed one answers `{"name": …, "error": …}`."""
    if not isinstance(case, Mapping):
        return {"name": "", "error": "a case is an object in braces"}
    name = case.get("name", "")
    try:
        decision = decided(case)
    except PolicyProblem as problem:
        return {"name": name, "error": str(problem)}
    found = {"name": name, **as_json(decision)}
    return {**found, "explanation": told(explain(decision))} if explained else found


def decided(case: Mapping[str, Any]) -> Decision:
    """Raises PolicyProblem."""
    checked(case)
    decision = evaluate(read_stack(case), read_request(case))
    return replace(decision, warnings=(*decision.warnings, *_twice(case)))


def checked(case: Mapping[str, Any]) -> None:
    """Raises MalformedRequest for a field that does not exist, or holds what it can't."""
    for name, value in case.items():
        if name not in FIELDS:
            raise MalformedRequest(f"a case has no field `{name}`")
        unread = name in LAYERS and _is_unread(value)
        if value is None or unread or isinstance(value, (*FIELDS[name], *_AS_TEXT.get(name, ()))):
            continue
        raise MalformedRequest(f"`{name}` can't hold this: {_SAID[FIELDS[name][0]]} is expected")


_AS_TEXT: Mapping[str, tuple[type, ...]] = dict.fromkeys(
    (
        "identity_policies",
        "permissions_boundary",
        "session_policies",
        "resource_policy",
        "vpc_endpoint_policies",
    ),
    (str,),
)
"""A policy may be given as its JSON text."""
_SAID: Mapping[type, str] = {_OBJECT: "an object", _LIST: "a list", _TEXT: "text", _FLAG: "true or false"}


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
        "context_keys": list(told_keys(decision)),
        "residual": decision.residual,
        "minimised": decision.minimised,
        "incomplete": list(decision.incomplete),
        "assumed": as_context(decision.request.assumed.states),
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
    unknown = [] if known_action(request.action) else [f"unknown action `{request.action}`"]
    return [*request.assumed.warnings, *unknown]


def _twice(case: Mapping[str, Any]) -> Iterator[str]:
    """REQ-04: nobody says which of two tags wins whose keys differ by case alone."""
    values: dict[str, State] = {}
    for key, value in (case.get("context") or {}).items():
        if values.setdefault(key.lower(), _state(key, value)) != _state(key, value):
            yield f"`{key}` is given twice, differing by case alone: which one counts is not known"


def read_request(case: Mapping[str, Any]) -> Request:
    """Raises MalformedRequest."""
    principal = _principal(case)
    action, resource = str(_needed(case, "action")), str(case.get("resource") or "*")
    service, _, name = action.partition(":")
    if action.count(":") != 1 or not service or not name or "*" in action or "?" in action:
        raise MalformedRequest(f"`{action}` is no action: write one as `service:Name`")
    owner = _owner(case, principal, resource)
    homes = _home(case.get("principal_in")), _home(case.get("resource_in"))
    if owner is not None and owner == principal.account:  # one account, one place
        homes = homes[0] or homes[1], homes[1] or homes[0]
    states = (
        derived(principal, action, resource, owner, homes) if case.get("derive_context") is not False else {}
    )
    said = _said(case)
    assumed = _assumed(case, principal, states | said)
    context = _context(case, {**dict(assumed.states), **states, **said}, principal)
    managed = bool(case.get("aws_managed"))
    return Request(principal, action, resource, owner, context, *homes, aws_managed=managed, assumed=assumed)


def _needed(case: Mapping[str, Any], name: str) -> Any:
    if case.get(name) is None:
        raise MalformedRequest(f"the case has no `{name}`")
    return case[name]


def _principal(case: Mapping[str, Any]) -> Principal:
    """What a session is of is said by `session_of`, or by `aws:PrincipalArn`."""
    found = parse_principal(_needed(case, "principal"))
    if case.get("session_of"):
        return with_parent(found, case["session_of"])
    if found.type != "session":
        return found
    given = {str(key).lower(): value for key, value in (case.get("context") or {}).items()}
    arn = given.get("aws:principalarn")
    try:
        return with_parent(found, arn) if isinstance(arn, str) else found
    except MalformedRequest:
        return found


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


_ENCRYPTION, _ENCRYPTION_KEYS = "kms:encryptioncontext:", "kms:encryptioncontextkeys"


def _context(case: Mapping[str, Any], states: dict[str, State], principal: Principal) -> Context:
    missing = {"absent": ABSENT, "unknown": UNKNOWN}.get(case.get("missing_context") or "unknown")
    if missing is None:
        raise MalformedRequest("`missing_context` is `absent` or `unknown`")
    given: Mapping[str, Any] = case.get("context") or {}
    # REQ-05: a list makes a key one of many values only where the catalogue does not know better
    several = {
        key.lower() for key, value in given.items() if isinstance(value, list) and not is_single(key.lower())
    }
    encrypted = tuple(key[len(_ENCRYPTION) :] for key in given if key.lower().startswith(_ENCRYPTION))
    if encrypted and missing is ABSENT:
        states.setdefault(_ENCRYPTION_KEYS, encrypted)
    families = derived_families(principal) if case.get("derive_context") is not False else ()
    return Context(states, missing, lambda key: is_multivalued(key) or key in several, families)


def _said(case: Mapping[str, Any]) -> dict[str, State]:
    said: dict[str, State] = {}
    for key, value in (case.get("context") or {}).items():
        name, state = key.lower(), _state(key, value)
        said[name] = state if said.get(name, state) == state else PRESENT
    return said


def _assumed(case: Mapping[str, Any], principal: Principal, known: Mapping[str, State]) -> Assumption:
    found = assume(case.get("assume") or (), principal, known, datetime.now(UTC))
    if case.get("vpc_endpoint_policies") is not None and not ENDPOINT_KEYS.isdisjoint(dict(found.states)):
        raise MalformedRequest(
            "`internet` assumes that there is no endpoint, and `vpc_endpoint_policies` are of one"
        )
    return found


_STATES: Mapping[str, State] = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN}


def _state(key: str, value: Any) -> State:
    """A value, several, null for absent; `{"state": "present"}` for one that is there and not known (TRI-01)."""
    if value is None or value == []:
        return ABSENT
    if isinstance(value, Mapping):
        state = _STATES.get(str(value.get("state")))
        if state is None or len(value) != 1:
            raise MalformedRequest(f"`{key}` is a value, a list, null, or a `state`: {', '.join(_STATES)}")
        return state
    if isinstance(value, list):
        if len(value) > 1 and is_single(key.lower()):
            raise MalformedRequest(f"`{key}` holds one value")
        return tuple(_scalar(key, one) for one in value)
    return (_scalar(key, value),)


def _scalar(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedRequest(f"`{key}` is text, a number, a boolean, or a list of them")


def read_stack(case: Mapping[str, Any]) -> PolicyStack:
    """Raises MalformedPolicy, MalformedRequest."""
    switches = read_switches(case.get("switches") or {})
    read = _Reading(switches)
    return PolicyStack(
        identity=read.layer(case.get("identity_policies") or [], UNNAMED_SHAPE) or (),
        boundary=read.layer(case.get("permissions_boundary"), UNNAMED_SHAPE),
        session=read.layer(case.get("session_policies"), UNNAMED_SHAPE),
        resource=read.layer(case.get("resource_policy")),
        service_control=read.levels(case.get("service_control_policies"), UNNAMED_SHAPE),
        resource_control=read.levels(case.get("resource_control_policies"), RCP_SHAPE),
        endpoint=read.layer(case.get("vpc_endpoint_policies")),
        grants=_grants(case.get("kms_grants") or ()),
        s3=_s3(case.get("s3")),
        switches=switches,
    )


def _is_unread(given: Any) -> bool:
    return isinstance(given, str) and given == "unknown"


class _Reading:
    def __init__(self, switches: Switches = DEFAULT) -> None:
        self._switches = switches

    def layer(self, given: Any, shape: Shape | None = None) -> Any:
        """One document, or a list of them."""
        if given is None:
            return None
        if _is_unread(given):
            return UNREAD
        documents = [given] if isinstance(given, Mapping | str) else given
        return tuple(UNREAD if _is_unread(one) else self._document(one, shape) for one in documents)

    def levels(self, given: Any, shape: Shape) -> Any:
        if given is None or _is_unread(given):
            return UNREAD if given else None
        return tuple(self._level(level, shape) for level in given)

    def _level(self, given: Any, shape: Shape) -> Any:
        if _is_unread(given):
            return (UNREAD,)
        if not isinstance(given, list):
            raise MalformedRequest("control policies are a list of levels, and each level a list of policies")
        return self.layer(given, shape)

    def _document(self, given: Any, shape: Shape | None) -> Any:
        if not isinstance(given, Mapping | str):
            raise MalformedRequest("a policy is an object, or `unknown`")
        found = cast("CompiledPolicy", policy_set([given], self._switches)[0])
        if shape is not None:
            check(found.policy, shape)
        return found


def _grants(given: Any) -> Any:
    if _is_unread(given):
        return UNREAD
    if not all(isinstance(one, Mapping) for one in given):
        raise MalformedRequest("a KMS grant is an object as `kms:ListGrants` prints it")
    return tuple(read_grant(one) for one in given)


_S3: Mapping[str, type] = {
    "acl": list,
    "object_acl": list,
    "object_ownership": str,
    "object_owner": str,
    "canonical_ids": Mapping,
    "block_public_access": Mapping,
    "abac": bool,
}


_ENFORCED = "BucketOwnerEnforced"


def _s3(given: Any) -> Any:
    if given is None:
        return S3Settings()
    if _is_unread(given):
        return UNREAD
    for name, value in given.items():
        if name not in _S3 or not (value is None or isinstance(value, _S3[name])):
            raise MalformedRequest(f"`s3` has no `{name}` of this form")
    acls = [*(given.get("acl") or ()), *(given.get("object_acl") or ())]
    if not all(isinstance(one, Mapping) and isinstance(one.get("Grantee"), Mapping) for one in acls):
        raise MalformedRequest("an ACL is a list of grants as `s3:GetBucketAcl` prints them")
    blocks = effective(given.get("block_public_access") or {})
    return S3Settings(
        acl=tuple(given.get("acl") or ()),
        object_acl=tuple(given.get("object_acl") or ()),
        acl_counts=(given.get("object_ownership") or _ENFORCED) != _ENFORCED,
        object_owner=str(given.get("object_owner") or ""),
        canonical_ids=given.get("canonical_ids") or {},
        ignore_public_acls=blocks["IgnorePublicAcls"],
        restrict_public_buckets=blocks["RestrictPublicBuckets"],
        abac=given.get("abac"),
    )
