"""Which statement gives an action, and what takes it: said of single statements, so that a person finds them.

What gives and what takes is not weighed here against each other: `actions.py` says what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.access.control import RCP, SCP, ControlType, attached_levels
from cloud_entitlements.access.index.build import LINKED_PATH
from cloud_entitlements.access.index.reckoning import UNREAD_GUARD, Documents, Stated, united
from cloud_entitlements.access.index.universe import under_rcp
from cloud_entitlements.access.organization import Identity, Organization, Source, UserGroup
from cloud_entitlements.policy import UNREAD

Taker = Literal["identity", "boundary", "scp", "rcp"]
How = Literal["denied", "not_allowed", "not_read"]


@dataclass(frozen=True, slots=True)
class Giving:
    """A statement that allows some of the actions."""

    source: str
    """As in `Source.words`."""
    document: str | None
    """SHA-256."""
    statement: int | None
    """From 0. None: the policy was not read, and may give all of them."""
    sid: str | None
    actions: int
    broad: int
    """Those of them that it allows on every resource of a type, or all but some that are named."""
    conditional: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """A statement that denies some of the actions, or a layer that allows them nowhere, or not everywhere."""

    layer: Taker
    source: str
    """As a person finds it: `inline policy x`, `permissions boundary arn:…`, `DenyX at ou-…`."""
    node: str
    """Root, unit or account where a control policy is attached; else empty."""
    document: str | None
    """SHA-256. None: not one document, but all of the layer; or it was not read."""
    how: How
    statement: int | None
    sid: str | None
    actions: int
    broad: int
    """Those of them that it takes on every resource, or all but some that are named, whatever the circumstances."""
    conditional: bool


def giving(documents: Documents, account: str, sources: Iterable[Source], actions: int) -> tuple[Giving, ...]:
    return tuple(one for source in sources for one in _of_source(documents, account, source, actions))


def _of_source(documents: Documents, account: str, source: Source, actions: int) -> Iterator[Giving]:
    words, sha256 = source.words, source.document
    statements = documents.of(sha256)
    if statements is None:
        yield Giving(words, sha256, None, None, actions, 0, conditional=True)
        return
    for one in statements:
        said = one.layer.in_account(account)
        if said.allow & actions:
            broad = said.allow_broad & actions
            allowed = said.allow & actions
            yield Giving(words, sha256, one.number, one.sid or None, allowed, broad, one.conditional)


@dataclass(frozen=True, slots=True)
class _Policy:
    layer: Taker
    words: str
    node: str
    document: str | None


def taking(
    documents: Documents, organization: Organization, holder: Identity | UserGroup, actions: int
) -> tuple[Taking, ...]:
    """From the holder's own policies to the control policies of its account, the root's first."""
    account = holder.account_id
    own = [_Policy("identity", one.words, "", one.document) for one in holder.policies]
    found = list(_denying(documents, account, own, actions))
    if isinstance(holder, Identity) and holder.boundary is not None:
        document = organization.managed.get(holder.boundary)
        boundary = _Policy("boundary", f"permissions boundary {holder.boundary}", "", document)
        found += _guarding(documents, account, [boundary], boundary, actions)
    if LINKED_PATH not in holder.arn:  # SLR-01
        for level, whole in _levels(organization, account, SCP):
            found += _guarding(documents, account, level, whole, actions)
        for level, _ in _levels(organization, account, RCP):
            found += _denying(documents, account, level, actions & under_rcp())
    return tuple(found)


def _levels(
    organization: Organization, account: str, type_: ControlType
) -> Iterator[tuple[list[_Policy], _Policy]]:
    """The policies of each node above, and what stands for all of them together."""
    layer: Taker = "scp" if type_ == SCP else "rcp"
    levels = attached_levels(organization, account, type_)
    if levels is UNREAD:
        lost = _Policy(layer, f"{_CALLED[layer]} of the organization", "", None)
        yield [lost], lost
        return
    for node, hashes in zip(organization.nodes(account) if levels else (), levels or (), strict=True):
        policies = [
            _Policy(layer, f"{organization.control_names.get((node, one), 'a policy')} at {node}", node, one)
            for one in hashes
        ]
        yield policies, _Policy(layer, f"{_CALLED[layer]} at {node}", node, None)


_CALLED = {"scp": "service control policies", "rcp": "resource control policies"}


def _guarding(
    documents: Documents, account: str, policies: Sequence[_Policy], whole: _Policy, actions: int
) -> Iterator[Taking]:
    """What the policies deny one by one, and what they don't allow together."""
    yield from _denying(documents, account, policies, actions)
    layers = [documents.layer(one.document, UNREAD_GUARD) for one in policies]
    said = united(layers).in_account(account)
    narrowed = actions & ~said.allow_broad
    if narrowed:
        nowhere = actions & ~said.allow
        yield _taking(whole, "not_allowed", narrowed, nowhere, conditional=False)


def _denying(
    documents: Documents, account: str, policies: Iterable[_Policy], actions: int
) -> Iterator[Taking]:
    for policy in policies if actions else ():
        statements = documents.of(policy.document)
        if statements is None:
            yield _taking(policy, "not_read", actions, 0, conditional=True)
        for one in statements or ():
            said = one.layer.in_account(account)
            denied = said.deny & actions
            if denied:
                broad = said.deny_broad & actions
                yield _taking(policy, "denied", denied, broad, conditional=one.conditional, statement=one)


def _taking(
    policy: _Policy, how: How, actions: int, broad: int, *, conditional: bool, statement: Stated | None = None
) -> Taking:
    number, sid = (statement.number, statement.sid or None) if statement else (None, None)
    return Taking(
        policy.layer,
        policy.words,
        policy.node,
        policy.document,
        how,
        number,
        sid,
        actions,
        broad,
        conditional,
    )
