"""The questions that a service may answer in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cloud_entitlements.policy.context import Context
from cloud_entitlements.policy.layers import Met, Said
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import Truth


@dataclass(frozen=True, slots=True)
class Granted:
    """Allows at the resource besides its policy: KMS grants, S3 ACLs."""

    by_kind: Mapping[Kind, Truth] = field(default_factory=dict)
    own: Mapping[Kind, Truth] = field(default_factory=dict)
    """Those that the caller's own account gave: as within one account (KMS-05)."""
    met: tuple[Met, ...] = ()
    unread: tuple[str, ...] = ()
    """What was not read, or can't be told: `kms_grants`."""


NOTHING = Granted()


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that no policy changes."""

    truth: Truth
    why: str


Ways = tuple[str, tuple[str, ...]]
"""A key, in lower case, and its values."""


def _never(_request: Request) -> bool:
    return False


def _by_policies(_request: Request) -> Settled | None:
    return None


def _no_grants(_request: Request, _stack: PolicyStack, _asked: Asked) -> Granted:
    return NOTHING


def _unchanged(_request: Request, _stack: PolicyStack, said: Said) -> Said:
    return said


def _owner(request: Request, _stack: PolicyStack) -> str | None:
    return request.owner


def _context(request: Request, _stack: PolicyStack) -> Context:
    return request.context


def _modelled(_request: Request, _stack: PolicyStack) -> str:
    return ""


def _in_one_way(_request: Request) -> Ways | None:
    return None


def _alone(_request: Request, _stack: PolicyStack) -> tuple[Request, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Quirks:
    explicit: Callable[[Request], bool] = _never
    """EVAL-11: identity policies alone grant nothing; the resource's policy must admit the account."""
    settled: Callable[[Request], Settled | None] = _by_policies
    """An answer that no policy changes; None: policies decide."""
    at_home_only: Callable[[Request], bool] = _never
    """EVAL-20: never across accounts."""
    unsigned: Callable[[Request], bool] = _never
    """EVAL-19: the service takes calls that nobody signed."""
    grants: Callable[[Request, PolicyStack, Asked], Granted] = _no_grants
    resource_said: Callable[[Request, PolicyStack, Said], Said] = _unchanged
    """The resource policy's answer as the service takes it."""
    owner: Callable[[Request, PolicyStack], str | None] = _owner
    """Account whose resource it is for this action; None: not known."""
    context: Callable[[Request, PolicyStack], Context] = _context
    """Keys as the service supplies them."""
    unmodelled: Callable[[Request, PolicyStack], str] = _modelled
    """A further layer of the resource that is not known here, by name; empty: none."""
    spared_by_rcp: Callable[[Request], bool] = _never
    """RCP-03: what resource control policies leave alone."""
    ways: Callable[[Request], Ways | None] = _in_one_way
    """A key that is not known, and with each value of which the service decides by other rules."""
    also: Callable[[Request, PolicyStack], tuple[Request, ...]] = _alone
    """REQ-01: further requests that the same call needs allowed."""


ORDINARY = Quirks()
