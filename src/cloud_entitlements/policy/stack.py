"""The policies that apply to a question, layer by layer, compiled once and asked many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from cloud_entitlements.policy.document import Policy, parse_policy
from cloud_entitlements.policy.statement import Compiled, compile_statement


class _Unread(Enum):
    UNREAD = "unread"


UNREAD: Final = _Unread.UNREAD
"""A layer, or a policy of it, that is there or may be there, and was not read (TRI-08)."""


class CompiledPolicy:
    """A policy with the statements that an action concerns, remembered by action."""

    __slots__ = ("_by_action", "policy", "statements")

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.statements = tuple(compile_statement(one, policy) for one in policy.statements)
        self._by_action: dict[str, tuple[Compiled, ...]] = {}

    def about(self, action: str) -> tuple[Compiled, ...]:
        """`action` in lower case."""
        found = self._by_action.get(action)
        if found is None:
            found = tuple(one for one in self.statements if one.matches_action(action))
            self._by_action[action] = found
        return found


Member = CompiledPolicy | _Unread
PolicySet = tuple[Member, ...]
Document = str | Mapping[str, Any] | Policy | CompiledPolicy | _Unread


def compiled(document: Document) -> Member:
    """Raises MalformedPolicy."""
    if isinstance(document, CompiledPolicy | _Unread):
        return document
    return CompiledPolicy(document if isinstance(document, Policy) else parse_policy(document))


def policy_set(documents: Iterable[Document]) -> PolicySet:
    return tuple(compiled(one) for one in documents)


@dataclass(frozen=True, slots=True)
class Grant:
    """A KMS grant (KMS-02)."""

    grantee: str
    operations: frozenset[str]
    """As AWS lists them: `Decrypt`."""
    issued_by: str = ""
    """Account of the issuer, where it is known."""
    encryption_context_equals: Mapping[str, str] | None = None
    encryption_context_subset: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class S3Settings:
    acl: Sequence[Mapping[str, Any]] = ()
    """Grants as `s3:GetBucketAcl` prints them."""
    acl_counts: bool = False
    """S3-02: Object Ownership is not `BucketOwnerEnforced`."""
    ignore_public_acls: bool = False
    restrict_public_buckets: bool = False


Layer = PolicySet | _Unread | None
"""None: the layer does not apply."""
Levels = tuple[PolicySet, ...] | _Unread | None
"""From the root down to the account, what is attached at each."""


@dataclass(frozen=True, slots=True)
class PolicyStack:
    identity: PolicySet | _Unread = ()
    boundary: Layer = None
    session: Layer = None
    resource: Layer = None
    service_control: Levels = None
    resource_control: Levels = None
    endpoint: Layer = None
    grants: tuple[Grant, ...] | _Unread = ()
    s3: S3Settings | _Unread | None = field(default_factory=S3Settings)
