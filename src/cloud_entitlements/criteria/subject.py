"""One identity with all that a snapshot knows of it, and what is around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cloud_entitlements.access import Organization
from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.access.organization import Source
from cloud_entitlements.criteria.criterion import Evidence, SubjectType
from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.stack import CompiledPolicy

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Sets of actions, a bit an action (`access.index.actions`); Python prints no number of so many digits."""

    certain: int = field(repr=False)
    """On every resource of its account, in every circumstance."""
    broad: int = field(repr=False)
    """On every resource of a type, in some circumstance."""
    possible: int = field(repr=False)
    """On some resource, in some circumstance."""
    granted: int = field(repr=False)
    """As `broad`, by its own policies alone: before boundary and control policies take any."""
    passes_roles_to: tuple[str, ...] = ()
    """Services to which it may pass every role, as patterns: what `iam:PassedToService` names, or `*`."""
    own_credentials: int = field(default=0, repr=False)
    """Actions on credentials that are possible on its own user alone."""


NOTHING = Reach(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    arn: str
    type: SubjectType
    account_id: str
    name: str
    path: str = "/"
    created_at: datetime | None = None
    attached: tuple[Source, ...] = ()
    """Managed policies of its own; `words` is the ARN."""
    inline: tuple[Source, ...] = ()
    through_groups: tuple[Source, ...] = ()
    boundary: str | None = None
    groups: tuple[str, ...] = ()
    """Of a user, by name."""
    members: tuple[str, ...] = ()
    """Of a group, by name."""
    trust: str | None = None
    """SHA-256 of a role's trust policy."""
    tags: Mapping[str, str] = field(default_factory=dict)
    last_used_at: datetime | None = None
    """Of a role, as AWS tells it: 400 days back at most."""
    report: Mapping[str, str] | None = None
    """Its line of the credential report; None where it has none: it is younger than the report."""
    mfa_devices: tuple[Row, ...] = ()
    access_keys: tuple[Row, ...] = ()
    last_accessed: Row | None = None
    """None: AWS was not asked yet."""
    reach: Reach = NOTHING
    unread: tuple[str, ...] = ()
    """Policies that were not read: what it may do is more than is known here."""

    @property
    def policies(self) -> tuple[Source, ...]:
        return (*self.attached, *self.inline, *self.through_groups)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    id: str
    name: str
    summary: Mapping[str, int]
    password_policy: Row | None
    """None: it was not read; `present` says whether there is one."""
    outcomes: Mapping[str, str]
    """Of each part: `collected`, `carried`, `partial`, `stale`, `missing`, `absent`."""
    collected_at: Mapping[str, str]
    """Of each part, ISO 8601."""
    oidc_providers: tuple[Row, ...] = ()
    saml_providers: tuple[Row, ...] = ()
    user_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Around:
    """What a criterion may look at beside the identity itself."""

    account: AccountFacts
    organization: Organization
    root_features: frozenset[str] | None
    """Features of central root access; None: not read."""
    now: datetime
    """Ages are counted from it: when the snapshot was made."""
    period: timedelta | None = None
    """Of the criterion that judges."""
    known_accounts: frozenset[str] = frozenset()
    """Accounts of others that a person said are known."""
    grants: Callable[[Subject], Sequence[Giving]] = lambda _subject: ()
    """The statements of its policies that allow something; those that were read."""
    given_by: Callable[[Subject, int], Sequence[Evidence]] = lambda _subject, _actions: ()
    """The statements of its policies that allow any of these actions."""
    taken_by: Callable[[Subject, int], Sequence[str]] = lambda _subject, _actions: ()
    """What keeps an identity from actions that its own policies grant: `boundary …`, `SCP … at …`."""

    def statements(self, document: str | None) -> tuple[Statement, ...] | None:
        """None: the document was not read, or can't be."""
        return statements(self.organization, document)


def statements(organization: Organization, document: str | None) -> tuple[Statement, ...] | None:
    """None: the document was not read, or can't be."""
    found = organization.policy(document)
    return tuple(one.source for one in found.statements) if isinstance(found, CompiledPolicy) else None
