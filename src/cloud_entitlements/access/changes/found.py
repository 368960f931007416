"""What has changed between two snapshots, as facts. Sets of actions are integers, as in `index/universe.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from cloud_entitlements.access.index.universe import actions_like

Status = Literal["new", "gone", "changed", "unknown"]
STATUSES: tuple[Status, ...] = ("new", "gone", "changed", "unknown")
AccountStatus = Literal["joined", "left", "moved", "not_read", "stale"]
ControlStatus = Literal["attached", "detached", "changed", "switched_on", "switched_off"]


@dataclass(frozen=True, slots=True)
class ActionChange:
    """Of each set what came and what went; what is gained may be broad and certain too."""

    gained: int = 0
    """On some resource in some circumstance, and before on none."""
    lost: int = 0
    now_broad: int = 0
    """On every resource of a type, or all but some that are named, and before not."""
    no_longer_broad: int = 0
    now_certain: int = 0
    """On every resource in every circumstance, and before not."""
    no_longer_certain: int = 0

    def __bool__(self) -> bool:
        return any((self.gained, self.lost, self.now_broad, self.no_longer_broad)) or any(
            (self.now_certain, self.no_longer_certain)
        )

    def within(self, actions: int) -> ActionChange:
        return ActionChange(
            self.gained & actions,
            self.lost & actions,
            self.now_broad & actions,
            self.no_longer_broad & actions,
            self.now_certain & actions,
            self.no_longer_certain & actions,
        )


NOTHING = ActionChange()


@dataclass(frozen=True, slots=True)
class PolicyChange:
    source: str
    """As in `Source.words`."""
    status: Literal["attached", "detached", "changed"]
    before: str | None
    after: str | None
    """SHA-256 of the documents. None: not held, or not read."""


@dataclass(frozen=True, slots=True)
class BoundaryChange:
    before: str | None
    after: str | None
    """ARN of the managed policy; None: no boundary."""
    before_document: str | None
    after_document: str | None


@dataclass(frozen=True, slots=True)
class TrustChange:
    before: str | None
    after: str | None
    """SHA-256 of the trust policies; None: not there, or not read."""


@dataclass(frozen=True, slots=True)
class TagChange:
    key: str
    before: str | None
    after: str | None
    """None: no such tag."""


@dataclass(frozen=True, slots=True)
class IdentityChange:
    arn: str
    type: Literal["user", "role", "root", "group"]
    account_id: str
    name: str
    status: Status
    """Unknown: it is in one snapshot, and of the other its account was not read, or not whole; or control policies above
    it changed, and its own policies were not read."""
    actions: ActionChange = NOTHING
    not_read: tuple[str, ...] = ()
    """Layers that were not read in one of the snapshots: `identity`, `boundary`. Of the actions nothing is known then."""
    policies: tuple[PolicyChange, ...] = ()
    boundary: BoundaryChange | None = None
    trust: TrustChange | None = None
    tags: tuple[TagChange, ...] = ()
    joined: tuple[str, ...] = ()
    """Names of groups."""
    left: tuple[str, ...] = ()
    by_control: bool = False
    """Control policies above its account changed what it may do."""


@dataclass(frozen=True, slots=True)
class AccountChange:
    account_id: str
    name: str
    status: AccountStatus
    before: str
    after: str
    """Of `moved` the paths; of `not_read` and `stale` what came of reading it, as in `collections`."""
    identities: int
    """Users, roles and groups of which nothing can be said for that; of `moved`, those that may do something else now."""


@dataclass(frozen=True, slots=True)
class ControlChange:
    """Of a control policy, or of a whole type of them."""

    type: Literal["scp", "rcp"]
    status: ControlStatus
    node: str
    """Root, unit or account that it is attached to."""
    name: str
    before: str | None
    after: str | None
    """SHA-256 of the documents."""
    accounts: int
    """Below the node; the management account is beyond its reach."""
    touched: int
    """Users, roles and roots below that may do something else since control policies above them changed, this or others."""


@dataclass(frozen=True)
class Changes:
    identities: tuple[IdentityChange, ...]
    """Sorted by account, then ARN."""
    accounts: tuple[AccountChange, ...]
    controls: tuple[ControlChange, ...]
    not_compared: tuple[str, ...]
    """Sentences: what of the organization was not read in one of the snapshots, and what that means."""

    def __bool__(self) -> bool:
        """Something has changed, as far as is known."""
        known = any(one.status != "unknown" for one in self.identities)
        return known or bool(self.controls) or any(one.status in _REAL for one in self.accounts)

    @property
    def has_gaps(self) -> bool:
        unread = any(one.status not in _REAL for one in self.accounts)
        return unread or bool(self.not_compared) or any(one.not_read for one in self.identities)

    @cached_property
    def counts(self) -> Mapping[Status, int]:
        found = Counter(one.status for one in self.identities)
        return {status: found[status] for status in STATUSES}

    def of(self, arn: str) -> Changes:
        """What is said of one identity and its account; control policies stay."""
        account = "".join(arn.split(":")[4:5])
        return replace(
            self,
            identities=tuple(one for one in self.identities if one.arn == arn),
            accounts=tuple(one for one in self.accounts if one.account_id == account),
        )

    def about(self, service: str) -> Changes:
        """Identities whose actions of a service changed, and those of which it is not known."""
        wanted = actions_like(f"{service}:*")
        found = (replace(one, actions=one.actions.within(wanted)) for one in self.identities)
        kept = tuple(one for one in found if one.actions or one.status == "unknown" or one.not_read)
        return replace(self, identities=kept)


_REAL = ("joined", "left", "moved")
