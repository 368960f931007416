"""What was not read, or not said, and leaves an answer open (TRI-08): by the names of the case's fields."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.decide import Answer
from cloud_entitlements.policy.layers import RCP, RESOURCE, SCP, SILENT, Met
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.truth import U

ORDER = ("identity", "resource", "boundary", "session", "scp", "rcp", "vpc_endpoint")


def incomplete(answer: Answer, request: Request, stack: PolicyStack) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_found(answer, request, stack)))


def _found(answer: Answer, request: Request, stack: PolicyStack) -> Iterator[str]:
    unmodelled = quirks_of(request.service).unmodelled(request, stack)
    for name in ORDER:
        if name in answer.layers and answer.layers[name].unread:
            yield unmodelled if unmodelled and name == RESOURCE else name
    yield from answer.granted.unread
    if answer.same_account is None and answer.layers and request.principal.account:
        yield "resource_account"
    if request.principal.service_linked == U and any(answer.layers[one] is not SILENT for one in (SCP, RCP)):
        yield "session_of"
    for met in answer.layers[RESOURCE].met if answer.layers else ():
        yield from _of_principals(met, request)


def _of_principals(met: Met, request: Request) -> Iterator[str]:
    """TRI-07: the name of a role's session; whose session a federated user's is; whose a canonical id is."""
    caller = request.principal
    if met.truth != U:
        return
    if caller.type == "role" and Kind.SESSION in met.kinds:
        yield "session_name"
    if caller.type == "federated_user" and Kind.FEDERATED_PARENT in met.kinds and not caller.parent:
        yield "session_of"
    entries = met.statement.principals.entries if met.statement.principals else ()
    if any(type_ == "CanonicalUser" for type_, _ in entries) and Kind.ACCOUNT in met.kinds:
        yield "canonical_ids"
