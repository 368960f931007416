"""A question: who, what, on what, in which circumstances."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloud_entitlements.policy.context import Context
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.profiles import NOTHING_ASSUMED, Assumption


@dataclass(frozen=True, slots=True)
class Home:
    """Where an account stands in an organization; the account itself is known elsewhere."""

    organization: str = ""
    """`o-…`; empty: in none."""
    path: str = ""
    """`o-…/r-…/ou-…/`."""
    management: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    principal: Principal
    action: str
    """As it was written, `s3:GetObject`."""
    resource: str
    """An ARN, or `*`."""
    owner: str | None = None
    """Account of the resource; None: not known."""
    context: Context = field(default_factory=Context)
    principal_home: Home | None = None
    """None: not known to be in an organization."""
    resource_home: Home | None = None
    aws_managed: bool = False
    """The resource is a KMS key that AWS manages for the account."""
    assumed: Assumption = NOTHING_ASSUMED
    """Stands in the context already; kept to be told."""

    service: str = field(init=False)
    """In lower case."""
    lowered: str = field(init=False)
    """The action in lower case."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lowered", self.action.lower())
        object.__setattr__(self, "service", self.lowered.partition(":")[0])
