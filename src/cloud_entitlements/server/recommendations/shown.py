"""A recommendation and a criterion, as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloud_entitlements.criteria import CRITERIA, Criterion, Setting, Standards
from cloud_entitlements.criteria.fixes import Filled, facts, filled
from cloud_entitlements.criteria.settings import default
from cloud_entitlements.server.connections.refusals import NotFound
from cloud_entitlements.server.recommendations.commands import criterion
from cloud_entitlements.server.recommendations.models import Recommendation, SecurityPolicy
from cloud_entitlements.server.recommendations.policies import EVERYWHERE, settings_of

BECAUSE: Mapping[str, str] = {
    "mended": "it was mended: the next snapshot no longer showed it",
    "identity_gone": "the identity is not there any more",
    "account_gone": "the account left, or was closed",
    "switched_off": "the criterion was switched off in the security policy",
    "exempt": "the identity is exempt",
    "known": "the account that it names is known now: nobody mended anything",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """One recommendation with how to mend it."""

    row: Recommendation
    criterion: Criterion
    fix: Filled

    @property
    def because(self) -> str:
        return BECAUSE.get(self.row.resolved_because, "")


def opened(row: Recommendation) -> Opened | None:
    """None: the criterion is not there any more."""
    try:
        found = criterion(row.criterion)
    except NotFound:
        return None
    return Opened(row, found, filled(found.fix, _facts(row)))


def _facts(row: Recommendation) -> Mapping[str, str]:
    told = [
        tuple(str(one.get(name) or "") for name in ("policy", "key_id", "account_id")) for one in row.evidence
    ]
    return facts(row.name, row.arn, row.type, told)


def standards(given: Standards) -> Sequence[tuple[str, str]]:
    listed = (
        ("CIS AWS Foundations 3.0.0", given.cis),
        ("NIST SP 800-53 rev. 5", given.nist),
        ("ISO/IEC 27001:2022", given.iso),
    )
    return [(name, ", ".join(numbers)) for name, numbers in listed if numbers]


@dataclass(frozen=True, slots=True)
class Policy:
    """A criterion's line of a security policy."""

    criterion: Criterion
    setting: Setting
    own: bool
    """It was set here, and is not what would count otherwise."""
    otherwise: Setting


def policies(connection_id: str) -> Sequence[Policy]:
    """`connection_id` empty: the one for all connections."""
    mine = set(SecurityPolicy.objects.filter(connection_id=connection_id).values_list("criterion", flat=True))
    now, everywhere = settings_of(connection_id), settings_of(EVERYWHERE)
    return [
        Policy(one, now.of(one), one.id in mine, everywhere.of(one) if connection_id else default(one))
        for one in CRITERIA
    ]
