"""The policies that apply to a question, layer by layer, compiled once and asked many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from cloud_entitlements.policy.document import Policy, parse_policy
from cloud_entitlements.policy.statement import Compiled, compile_statement
from cloud_entitlements.policy.switches import DEFAULT, Switches


class _Unread(Enum):
    UNREAD = "unread"


UNREAD: Final = _Unread.UNREAD
"""A layer, or a policy of it, that is there or may be there, and was not read (TRI-08)."""


class CompiledPolicy:
    """A policy with the statements that an action concerns, remembered by action."""

    __slots__ = ("_by_action", "policy", "statements")

    def __init__(self, policy: Policy, switches: Switches = DEFAULT) -> None:
        self.policy = policy
        self.statements = tuple(compile_statement(one, policy, switches) for one in policy.statements)
        self._by_action: dict[str, tuple[Compiled, ...]] = {}

    def about(self, action: str) -> tuple[Compiled, ...]:
        """`action` in lower case."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _REMEMBERED:
                self._by_action = {}
            found = tuple(one for one in self.statements if one.matches_action(action))
            self._by_action[action] = found
        return found


_REMEMBERED = 2_048
"""Actions: whoever asks about all of AWS's asks about each a few times in a row, and a policy may be kept for long."""


Unread = _Unread
Member = CompiledPolicy | _Unread
PolicySet = tuple[Member, ...]
Document = str | Mapping[str, Any] | Policy | CompiledPolicy | _Unread


def compiled(document: Document, switches: Switches = DEFAULT) -> Member:
    """Raises MalformedPolicy."""
    if isinstance(document, CompiledPolicy | _Unread):
        return document
    return CompiledPolicy(document if isinstance(document, Policy) else parse_policy(document), switches)


def policy_set(documents: Iterable[Document], switches: Switches = DEFAULT) -> PolicySet:
    return tuple(compiled(one, switches) for one in documents)


@dataclass(frozen=True, slots=True)
class Grant:
    """A KMS grant (KMS-02), as the policy that it comes to; grants.py reads one."""

    policy: CompiledPolicy
    issued_by: str = ""
    """Account of the issuer (KMS-05); empty: the key's."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    acl: Sequence[Mapping[str, Any]] = ()
    """The bucket's grants as `s3:GetBucketAcl` prints them."""
    object_acl: Sequence[Mapping[str, Any]] = ()
    """The object's."""
    acl_counts: bool = False
    """S3-02: Object Ownership is not `BucketOwnerEnforced`."""
    object_owner: str = ""
    """S3-06: account that owns the object; empty: the bucket's."""
    canonical_ids: Mapping[str, str] = field(default_factory=dict)
    """Accounts by canonical id, as far as they are known."""
    ignore_public_acls: bool = False
    restrict_public_buckets: bool = False
    abac: bool | None = None
    """S3-05; None: not known."""


Layer = PolicySet | _Unread | None
"""None: the layer does not apply."""
Levels = tuple[PolicySet, ...] | _Unread | None
"""From the root down to the account, what is attached at each."""


@dataclass(frozen=True, slots=True)
class PolicyStack:
    identity: PolicySet | _Unread = ()
    boundary: Layer = None
    session: Layer = None
    """SES-04: managed ones as they stand now."""
    resource: Layer = None
    service_control: Levels = None
    """Of the caller's account, never of the resource's (EVAL-14)."""
    resource_control: Levels = None
    """Of the resource's account, never of the caller's (EVAL-14)."""
    endpoint: Layer = None
    grants: tuple[Grant, ...] | _Unread = ()
    s3: S3Settings | _Unread | None = field(default_factory=S3Settings)
    switches: Switches = DEFAULT
    concerned: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Remembered by action in lower case: concerned.py fills it."""
