"""What is allowed on all of a type: beside the engine's answer on resources of which no policy has ever heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cloud_entitlements.access import Asker, Question, open_index, read_organization
from cloud_entitlements.access.index import AccessIndex
from cloud_entitlements.access.index.actions import names
from cloud_entitlements.policy import UNREAD
from cloud_entitlements.policy.catalogue import actions_of, facts_of
from cloud_entitlements.policy.lint.resources import template
from cloud_entitlements.policy.rcp import rcp_services
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.statement import Asked, resource_matches
from cloud_entitlements.policy.truth import T, U

from .conftest import SHOP, TOOLS, Indexing, allow, deny, organization, policy, role, user
from .made import made

SERVICES = ("s3", "sqs", "dynamodb", "iam", "sts", "kms", "ec2", "lambda", "logs", "secretsmanager")
ADA = f"arn:aws:iam::{SHOP}:user/ada"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP), (allow("*"), TOOLS)
UNHEARD = ("q", "zz/never-heard-of", "x" * 30)
"""Names of resources."""


def _examples(action: str, account: str) -> Iterator[list[str]]:
    """Of each type that the action takes."""
    facts = facts_of(action)
    assert facts is not None
    if not facts.resource_types:
        yield ["*"]
    for kind in facts.resource_types:
        arn = template(action.partition(":")[0], kind).split(":", 5)
        for place, own in ((1, "aws"), (4, account)):
            arn[place] = own if arn[place] == "*" else arn[place]
        yield [":".join(arn).replace("*", name) for name in UNHEARD]


class _Everything:
    """The engine, statement by statement, for one identity."""

    def __init__(self, asker: Asker, arn: str) -> None:
        found, self.request = asker.prepared(Question(arn, "sts:GetCallerIdentity"))
        self.account = arn.split(":")[4]
        stack = found.stack
        self.given = stack.identity if isinstance(stack.identity, tuple) else (UNREAD,)
        linked = ":role/aws-service-role/" in arn
        boundary: list[Any] = [] if stack.boundary is None else [_members(stack.boundary)]
        levels: Any = () if linked or stack.service_control is None else stack.service_control
        self.guards = [*boundary, *([(UNREAD,)] if levels is UNREAD else levels)]
        rcps: Any = None if linked else asker.resource_control(self.account)
        self.taken = [one for level in (rcps or ()) for one in level] if rcps is not UNREAD else []

    def is_broad(self, action: str) -> bool:
        kinds = list(_examples(action, self.account))
        if not self._allowed(self.given, action, kinds):
            return False
        under_rcp = action.partition(":")[0] in rcp_services()
        return all(
            UNREAD in one or self._allowed(one, action, kinds) for one in self.guards
        ) and not self._denied(
            [
                *self.given,
                *(one for level in self.guards for one in level),
                *(self.taken if under_rcp else ()),
            ],
            action,
            kinds,
        )

    def _allowed(self, members: Iterable[Any], action: str, kinds: list[list[str]]) -> bool:
        return any(
            statement.allows and any(self._all(statement, action, kind) for kind in kinds)
            for statement in _about(members, action)
        )

    def _denied(self, members: Iterable[Any], action: str, kinds: list[list[str]]) -> bool:
        return any(
            not statement.allows
            and not statement.conditions
            and all(self._all(statement, action, kind) for kind in kinds)
            for statement in _about(members, action)
        )

    def _all(self, statement: Any, action: str, resources: list[str]) -> bool:
        request = self.request
        # an Allow counts where it may be about the action, a Deny where it is (REQ-03)
        open_ = statement.allows and statement.resources.negated
        return all(
            resource_matches(statement.resources, Asked(action, one, request.context, request.principal))
            >= (U if open_ else T)
            for one in resources
        )


def _members(layer: Any) -> tuple[Any, ...]:
    return (UNREAD,) if layer is UNREAD else layer


def _about(members: Iterable[Any], action: str) -> Iterator[Any]:
    for member in members:
        if isinstance(member, CompiledPolicy):
            yield from member.about(action)


def _settled(action: str, everything: _Everything) -> bool:
    request = everything.request
    return (
        quirks_of(action.partition(":")[0]).settled(request.__class__(request.principal, action, "*"))
        is not None
    )


@pytest.mark.parametrize("seed", range(12))
def test_broad_is_what_the_engine_allows_on_resources_that_no_policy_names(seed: int, tmp_path: Path) -> None:
    snapshot = made(seed, tmp_path)
    asker, index = Asker(read_organization(snapshot)), open_index(snapshot, tmp_path / "cache")
    random = Random(seed)
    actions = [one.lower() for service in SERVICES for one in actions_of(service).values()]
    told: set[bool] = set()
    for group in index.actions_of_all():
        assert not group.certain & ~group.broad
        assert not group.broad & ~group.possible
        broad = {one.lower() for one in names(group.broad)}
        for someone in index.people(group.ids):
            if someone.type == "root":
                continue
            everything = _Everything(asker, someone.arn)
            for action in random.sample(actions, 60):
                if not _settled(action, everything):
                    expected = everything.is_broad(action)
                    told.add(expected)
                    assert (action in broad) == expected, (someone.arn, action)
    assert told == {True, False}


def _broad(index: AccessIndex, arn: str = ADA) -> set[str]:
    for group in index.actions_of_all():
        if arn in {one.arn for one in index.people(group.ids)}:
            return set(names(group.broad))
    raise AssertionError(arn)


PASS = "iam:PassRole"
CASES: dict[str, tuple[Any, bool]] = {
    "everything": (allow(PASS), True),
    "every role of every account": (allow(PASS, "arn:aws:iam::*:role/*"), True),
    "every role of its own account": (allow(PASS, f"arn:aws:iam::{SHOP}:role/*"), True),
    "every role of another account": (allow(PASS, f"arn:aws:iam::{TOOLS}:role/*"), False),
    "every role of another partition": (allow(PASS, "arn:aws-cn:iam::*:role/*"), False),
    "everything of the service": (allow(PASS, "arn:aws:iam::*"), True),
    "one path of roles": (allow(PASS, "arn:aws:iam::*:role/app/*"), False),
    "one role": (allow(PASS, f"arn:aws:iam::{SHOP}:role/app"), False),
    "resources of another type": (allow(PASS, "arn:aws:iam::*:user/*"), False),
    "whatever the name of the caller stands for": (allow(PASS, "arn:aws:iam::*:role/${aws:username}"), False),
    "with a condition": (allow(PASS, "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), True),
    "all but one role": ({"Statement": [{"Effect": "Allow", "Action": PASS, "NotResource": f"arn:aws:iam::{SHOP}:role/boss"}]}, True),
    "all but the roles of its own account": ({"Statement": [{"Effect": "Allow", "Action": PASS, "NotResource": f"arn:aws:iam::{SHOP}:role/*"}]}, False),
    "all but the roles of another account": ({"Statement": [{"Effect": "Allow", "Action": PASS, "NotResource": f"arn:aws:iam::{TOOLS}:role/*"}]}, True),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_allow_is_broad_where_it_covers_a_type_of_its_own_account(name: str, indexing: Indexing) -> None:
    document, expected = CASES[name]
    index = indexing(user("ada", {"Version": "2012-10-17", **document}), standalone=True)
    assert (PASS in _broad(index)) == expected


DENIES: dict[str, tuple[dict[str, Any], bool]] = {
    "on everything": ({"Resource": "*"}, False),
    "on everything, in some circumstances": (
        {"Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "true"}}},
        True,
    ),
    "on every role": ({"Resource": "arn:aws:iam::*:role/*"}, False),
    "on one role": ({"Resource": "arn:aws:iam::*:role/boss"}, True),
    "on all but one role": ({"NotResource": f"arn:aws:iam::{SHOP}:role/app"}, False),
    "on all but roles": ({"NotResource": "arn:aws:iam::*:role/*"}, True),
}


@pytest.mark.parametrize("layer", ["identity", "boundary", "scp"])
@pytest.mark.parametrize("name", DENIES)
def test_a_deny_on_all_of_them_takes_it(name: str, layer: str, indexing: Indexing) -> None:
    given, expected = DENIES[name]
    refusal = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": PASS, **given}]}
    both = {**refusal, "Statement": [*refusal["Statement"], *allow("*")["Statement"]]}
    index = indexing(
        user(
            "ada",
            allow("*"),
            *([refusal] if layer == "identity" else []),
            PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"},
        ),
        policy("limit", both if layer == "boundary" else allow("*")),
        organization=organization([*FULL, *([(refusal, SHOP)] if layer == "scp" else [])]),
    )
    assert (PASS in _broad(index)) == expected


def test_a_boundary_that_allows_one_bucket_makes_nothing_broad(indexing: Indexing) -> None:
    index = indexing(
        user(
            "ada",
            allow("s3:*"),
            PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"},
        ),
        policy("limit", allow("s3:*", ["arn:aws:s3:::blue", "arn:aws:s3:::blue/*"])),
        standalone=True,
    )
    assert not {one for one in _broad(index) if one.startswith("s3:")}


def test_an_action_without_resources_is_broad_on_everything_alone(indexing: Indexing) -> None:
    index = indexing(
        user("ada", allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")),
        user("bob", allow("s3:ListAllMyBuckets")),
        standalone=True,
    )
    assert "s3:ListAllMyBuckets" not in _broad(index)
    assert "s3:ListAllMyBuckets" in _broad(index, f"arn:aws:iam::{SHOP}:user/bob")


def test_who_holds_the_same_in_two_accounts_is_told_apart_where_a_pattern_names_one(
    indexing: Indexing,
) -> None:
    document = allow(PASS, f"arn:aws:iam::{SHOP}:role/*")
    index = indexing(role("ci", document), role("ci", document, account=TOOLS), standalone=True)
    assert PASS in _broad(index, f"arn:aws:iam::{SHOP}:role/ci")
    assert PASS not in _broad(index, f"arn:aws:iam::{TOOLS}:role/ci")


def test_what_was_not_read_is_no_reason_to_call_it_broad_and_none_to_deny_it(indexing: Indexing) -> None:
    lost = [{"PolicyName": "lost", "PolicyArn": f"arn:aws:iam::{SHOP}:policy/lost"}]
    boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/lost"}
    index = indexing(
        user("ada", AttachedManagedPolicies=lost),
        user("bob", allow(PASS), PermissionsBoundary=boundary),
        standalone=True,
    )
    assert PASS not in _broad(index)
    assert PASS in _broad(index, f"arn:aws:iam::{SHOP}:user/bob")


def test_a_deny_is_counted_as_it_is_written(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("s3:*"), deny("s3:GetObject")), standalone=True)
    assert "s3:GetObject" not in _broad(index)
    assert "s3:PutObject" in _broad(index)
