"""What one layer says: does it allow, does it deny (TRI-03). What was not read may do both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, Layer, PolicySet
from cloud_entitlements.policy.statement import Asked, Compiled, kinds, matches
from cloud_entitlements.policy.truth import F, T, Truth, U

IDENTITY, BOUNDARY, SESSION, RESOURCE = "identity", "boundary", "session", "resource"
SCP, RCP, ENDPOINT = "scp", "rcp", "vpc_endpoint"
CREDENTIALS = "credentials"
"""What AWS itself limits credentials of a kind to; told as part of the session."""


class Met(NamedTuple):
    """A statement that matches, or may. A tuple, for a decision makes many, and few are looked at."""

    layer: str
    place: str
    """Of its policy's set: `identity`, `scp[1]`."""
    number: int
    """Of its policy in the set."""
    statement: Compiled
    truth: Truth
    kinds: tuple[Kind, ...] = ()

    @property
    def policy(self) -> str:
        """`identity[0]`, `scp[1][0]`: its place among what was given."""
        return f"{self.place}[{self.number}]"


NO_KINDS: Mapping[Kind, Truth] = MappingProxyType({})


class Said(NamedTuple):
    allow: Truth
    deny: Truth
    met: tuple[Met, ...] = ()
    by_kind: Mapping[Kind, Truth] = NO_KINDS
    """Of a resource policy: how far it allows through each kind of principal."""
    unread: bool = False

    def perhaps(self) -> Said:
        """The same, where it is not known whether the layer applies to the caller."""
        return self._replace(allow=max(self.allow, U), deny=min(self.deny, U))

    def blurred(self) -> Said:
        """The same, where another policy that is not known has a say too: a Deny stays."""
        return Said(U, max(self.deny, U), self.met, dict.fromkeys(Kind, U), unread=True)


SILENT = Said(T, F)
"""A guard that does not apply."""
NO_POLICY = Said(F, F)
"""EVAL-16: a resource without a policy admits nobody by itself."""
NO_IDENTITY = Said(F, F)
"""Who calls without an account has no policies of an identity."""


NOT_READ = Said(U, U, unread=True)


def ask_endpoint(layer: Layer, asked: Asked) -> Said:
    """VPCE-01: an endpoint's policy sees the caller, and by which kind it means him does not matter."""
    if layer is None:
        return SILENT
    if layer is UNREAD:
        return NOT_READ
    return summed(list(_met_by_principal(layer, ENDPOINT, asked)), UNREAD in layer)


def ask_resource(layer: Layer, name: str, asked: Asked) -> Said:
    """RP(kind) of section 6: which kinds of principal the policy allows; any match is enough for a Deny (PRN-07)."""
    if layer is None:
        return NO_POLICY
    if layer is UNREAD:
        return Said(U, U, by_kind=dict.fromkeys(Kind, U), unread=True)
    met = list(_met_by_principal(layer, name, asked))
    by_kind: dict[Kind, Truth] = {}
    for one in met:
        for kind in one.kinds if one.statement.allows else ():
            by_kind[kind] = max(by_kind.get(kind, F), one.truth)
    said = summed(met, UNREAD in layer)
    if said.unread:
        by_kind = {kind: max(by_kind.get(kind, F), U) for kind in Kind}
    return Said(said.allow, said.deny, said.met, by_kind, said.unread)


def _met_by_principal(members: PolicySet, name: str, asked: Asked) -> Iterator[Met]:
    for number, member in enumerate(members):
        if not isinstance(member, CompiledPolicy):
            continue
        for statement in member.about(asked.action):
            meant = kinds(statement, asked)
            if not meant:
                continue
            truth = matches(statement, asked)
            # a session's name that is not known makes a match through it unknown, not the others
            for level in (T, U):
                of_level = tuple(kind for kind, one in meant.items() if min(one, truth) == level)
                if of_level:
                    yield Met(name, name, number, statement, level, of_level)


def summed(met: Sequence[Met], unread: bool) -> Said:
    """Without the kinds of principal. Compared and not called: a decision has many of these steps."""
    allow: Truth = U if unread else F
    deny = allow
    for one in met:
        if not one.statement.allows:
            deny = max(deny, one.truth)
        elif one.truth > allow:
            allow = one.truth
    return Said(allow, deny, tuple(met), NO_KINDS, unread)
