"""The questions that a service may answer in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloud_entitlements.policy.layers import Said
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import Truth

Granted = dict[Kind, Truth]


def _never(_request: Request) -> bool:
    return False


def _nothing(_request: Request) -> Truth | None:
    return None


def _no_grants(_request: Request, _stack: PolicyStack, _asked: Asked) -> Granted:
    return {}


def _unchanged(_request: Request, _stack: PolicyStack, said: Said) -> Said:
    return said


@dataclass(frozen=True, slots=True)
class Quirks:
    explicit: Callable[[Request], bool] = _never
    """EVAL-11: identity policies alone grant nothing; the resource's policy must admit the account."""
    settled: Callable[[Request], Truth | None] = _nothing
    """An answer that no policy changes; None: policies decide."""
    at_home_only: Callable[[Request], bool] = _never
    """EVAL-20: never across accounts."""
    grants: Callable[[Request, PolicyStack, Asked], Granted] = _no_grants
    """Allows at the resource besides its policy: KMS grants, S3 ACLs."""
    resource_said: Callable[[Request, PolicyStack, Said], Said] = _unchanged
    """The resource policy's answer as the service takes it."""
    spared_by_rcp: Callable[[Request], bool] = _never
    """RCP-03: what resource control policies leave alone."""
    also: tuple[tuple[str, str], ...] = ()
    """REQ-01: an action that needs another one allowed too, `(lambda:invokefunctionurl, lambda:InvokeFunction)`."""


ORDINARY = Quirks()
