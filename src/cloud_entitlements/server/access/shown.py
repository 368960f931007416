"""Answers as pages show them: words, links and counts beside what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cloud_entitlements.access import CERTAINTIES, AccessIndex, Answered, Group, Someone
from cloud_entitlements.access.records import caller_type
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import Decision
from cloud_entitlements.policy.catalogue import actions_of, known_action
from cloud_entitlements.policy.document import statement_place
from cloud_entitlements.policy.layers import IDENTITY, RESOURCE
from cloud_entitlements.policy.lint.near import meant_perhaps
from cloud_entitlements.policy.spelling import told_keys
from cloud_entitlements.server.access.chain import TITLES, Chain, chain, in_words
from cloud_entitlements.server.access.form import Form
from cloud_entitlements.server.access.listed import Filtered, Row, key_of
from cloud_entitlements.server.access.places import Places
from cloud_entitlements.server.access.snapshots import Chosen

MOST_GROUPS, MOST_GAPS, MOST_KEYS = 30, 20, 8
_NOT_READ = {
    "identity": "the principal's own policies, or a group's",
    "resource": "the resource's policy",
    "boundary": "the permissions boundary",
    "session": "what the session was limited to",
    "scp": "service control policies above the principal's account",
    "rcp": "resource control policies above the resource's account",
    "vpc_endpoint": "the VPC endpoint's policy",
    "kms_grants": "grants of the key",
    "s3": "access control lists of the bucket",
    "access_point": "policies of the access point and of its bucket, which must both allow",
    "resource_account": "whose the resource is: give the resource account",
    "session_of": "whose session it is",
    "session_name": "the session's name, which a policy names",
    "canonical_ids": "whose account a canonical id is",
}


def not_read(names: tuple[str, ...]) -> list[str]:
    return [_NOT_READ.get(name, name.replace("_", " ")) for name in names]


@dataclass(frozen=True, slots=True)
class Can:
    decision: Decision
    chain: Chain
    form: Form
    because: str
    """One sentence; what is in backticks was read from AWS."""

    @property
    def not_read(self) -> list[str]:
        return not_read(self.decision.incomplete)

    @property
    def warnings(self) -> list[str]:
        return warnings(self.decision.request.action, self.decision.warnings)

    @property
    def keys(self) -> tuple[str, ...]:
        return told_keys(self.decision)[:MOST_KEYS]

    @property
    def permissions(self) -> str:
        """Where all that the principal may do is listed."""
        given = {"principal": self.form.principal, "connection": self.form.connection}
        return f"/access/permissions/?{urlencode({name: one for name, one in given.items() if one})}"

    @property
    def others(self) -> str:
        """Where everybody who may do it is listed."""
        return Form(
            "who",
            action=self.form.action,
            resource=self.form.resource,
            resource_account=self.form.resource_account,
            context=self.form.context,
            connection=self.form.connection,
        ).address()


def can(index: AccessIndex, snapshot: Snapshot, answered: Answered, form: Form) -> Can:
    decision, places = answered.decision, Places(index, snapshot, answered)
    return Can(decision, chain(decision, places), form, _because(decision, places))


def _because(decision: Decision, places: Places) -> str:
    """Empty: nothing that was read says anything."""
    if decision.answer.why:
        return decision.answer.why
    if decision.outcome == "denied":
        return _denied(decision, places)
    if given := _statements(decision, places, "Allow", (IDENTITY, RESOURCE)):
        return f"by {given}"
    if decision.request.principal.type == "root":
        return "for root has every permission in its account"
    return "no policy is needed" if decision.outcome == "allowed" else ""


def _denied(decision: Decision, places: Places) -> str:
    layers = " and ".join(in_words(TITLES.get(name, name)) for name in decision.denied_by)
    if not layers:
        return "none of the cases that are open allows it"
    if not decision.explicit_deny:
        return f"nothing in the {layers} allows it"
    deciding = _statements(decision, places, "Deny", tuple(TITLES))
    return f"a Deny in the {layers} forbids it{f': {deciding}' if deciding else ''}"


def _statements(decision: Decision, places: Places, effect: str, layers: tuple[str, ...]) -> str:
    words = (
        f"`{statement_place(one.statement.source.number)}` of `{places.look_up(one.policy).words}`"
        for one in decision.statements
        if one.statement.source.effect == effect and one.layer in layers
    )
    told = list(dict.fromkeys(words))
    return " and ".join(told) if len(told) < 4 else f"{told[0]} and {len(told) - 1} more"  # noqa: PLR2004


def warnings(action: str, told: Sequence[str]) -> list[str]:
    """What was told, and of an action that the catalogue does not know, what may have been meant."""
    if known_action(action) is not None:
        return list(told)
    text = f"AWS's catalogue has no action `{action}`: it was matched by its name alone"
    meant = meant_perhaps(action, actions_of(action.partition(":")[0].lower()).values())
    return [*(one for one in told if action not in one), f"{text}; {meant.rstrip('?')}" if meant else text]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    group: Group
    key: str
    example: Someone
    proof: str
    address: str
    """The list of these alone."""

    @property
    def not_read(self) -> list[str]:
        return not_read(self.group.decision.incomplete)


@dataclass(frozen=True, slots=True)
class ShownRow:
    someone: Someone
    group: Group
    proof: str

    @property
    def not_read(self) -> list[str]:
        return not_read(self.group.decision.incomplete)


@dataclass(frozen=True, slots=True)
class Count:
    certainty: str
    count: int
    address: str
    current: bool


def who(some: Filtered, form: Form, certainty: str, group: str) -> Mapping[str, Any]:
    found = some.found
    groups = [_group(one, some, form) for one in found.groups[:MOST_GROUPS]]
    open_keys = dict.fromkeys(key for one in found.groups for key in told_keys(one.decision))
    return {
        "found": found,
        "warnings": warnings(found.action, found.warnings),
        "counts": [
            Count(name, len(found.of(name)), form.address(certainty=name), name == certainty)
            for name in CERTAINTIES
        ],
        "total": sum(len(one.ids) for one in found.groups),
        "filtered": len(some.ids),
        "certainty": certainty,
        "group": group,
        "groups": groups,
        "more_groups": max(0, len(found.groups) - MOST_GROUPS),
        "others": [(one, _caller(one), _proof(one, form)) for one in found.others],
        "keys": tuple(open_keys)[:MOST_KEYS],
        "unfiltered": form.address(),
    }


def _caller(decision: Decision) -> str:
    """Whom the resource's policy means, in words."""
    caller = decision.request.principal
    own = (
        f"account {caller.account}, whom its own policies allow"
        if caller.account.isdigit()
        else caller.account
    )
    return {
        "anonymous": "everybody",
        "service": "an AWS service",
        "account": own,
        "federated": "who signs in there",
    }.get(caller_type(caller), f"account {caller.account}")


def _proof(decision: Decision, form: Form) -> str:
    """Of somebody who can be asked about by name."""
    caller = decision.request.principal
    return "" if caller_type(caller) == "account" else form.of(caller.arn or "anonymous").address()


def _group(group: Group, some: Filtered, form: Form) -> ShownGroup:
    (example,) = some.found.look_up([group.ids[0]])
    key = key_of(group)
    return ShownGroup(group, key, example, form.of(example.arn).address(), form.address(group=key))


def row(one: Row, form: Form) -> ShownRow:
    return ShownRow(one.someone, one.group, form.of(one.someone.arn).address())


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the snapshot lacks: answers depend on it."""

    words: str
    """`22 of 24 accounts`; empty when nothing is missing."""
    rows: tuple[Mapping[str, Any], ...]
    more: int
    address: str
    """Where each gap stands with its fix; empty for an import."""


def gaps(chosen: Chosen) -> Gaps:
    manifest = chosen.snapshot.manifest
    rows = tuple(_some(chosen.snapshot.rows("gaps")))
    lacking = manifest.gaps + manifest.not_given
    coverage = manifest.coverage
    words = (
        [f"{coverage.connected} of {coverage.total} accounts"] if coverage.connected < coverage.total else []
    )
    words += [f"{lacking} part{'s' if lacking > 1 else ''} not read"] if lacking else []
    address = f"/setup/aws/{chosen.connection_id}/" if chosen.live else ""
    return Gaps(", ".join(words), rows, max(0, lacking - len(rows)), address)


def _some(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(rows):
        if number == MOST_GAPS:
            return
        yield one
