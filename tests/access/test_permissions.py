"""What one principal may do, and what all may, beside the engine's answer on single resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_entitlements.access import (
    Asker,
    NotFound,
    Permission,
    Question,
    open_index,
    read_organization,
)
from cloud_entitlements.access.index.actions import names
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import UNREAD, Decision, evaluate
from cloud_entitlements.policy.catalogue import facts_of, known_action
from cloud_entitlements.policy.lint.resources import supports
from cloud_entitlements.policy.pattern import has_wildcard, resource_pattern
from cloud_entitlements.policy.services import quirks_of

from .conftest import SHOP, Indexing, allow, deny, organization, policy, role, user
from .made import QUESTIONS, made

ADA = f"arn:aws:iam::{SHOP}:user/ada"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP)


def _asked() -> Iterator[tuple[str, str]]:
    """Questions that an action of the catalogue can be asked."""
    for action, resource in QUESTIONS:
        facts = facts_of(action)
        if facts is None or (resource != "*" and has_wildcard(resource)):
            continue
        if (resource == "*") == (not facts.resource_types) and supports(action, resource):
            yield action, resource


def _at_home(arn: str, resource: str) -> bool:
    return resource == "*" or resource.split(":")[4] in ("", arn.split(":")[4])


def _without_the_resource(asker: Asker, arn: str, action: str, resource: str) -> tuple[Decision, bool]:
    """And whether the resource's own policy may give it without the identity's."""
    found, request = asker.prepared(Question(arn, action, resource, arn.split(":")[4]))
    explicit = quirks_of(request.service).explicit(request)
    stack = replace(found.stack, resource=UNREAD if explicit else None, grants=(), s3=None)
    return evaluate(stack, request), explicit


@pytest.fixture(params=range(6))
def snapshot(request: pytest.FixtureRequest, tmp_path: Path) -> Snapshot:
    return made(request.param, tmp_path)


def test_permissions_agree_with_the_engine_on_every_resource(snapshot: Snapshot, tmp_path: Path) -> None:
    asker = Asker(read_organization(snapshot))
    index = open_index(snapshot, tmp_path / "cache")
    for arn in list(asker.organization.identities)[::3]:
        entries: dict[str, list[Permission]] = defaultdict(list)
        for service in {action.partition(":")[0].lower() for action, _ in QUESTIONS}:
            for entry in index.permissions_of(arn, service).entries:
                entries[entry.action.lower()].append(entry)
        for action, resource in _asked():
            if not _at_home(arn, resource):
                continue
            decision, explicit = _without_the_resource(asker, arn, action, resource)
            covering = [
                one
                for one in entries[action.lower()]
                if one.resource == "*" or resource_pattern(one.resource)(resource)
            ]
            told = (arn, action, resource, decision.outcome, decision.incomplete, covering)
            if any(one.outcome == "allowed" for one in covering):
                assert decision.outcome == "allowed", told
            if not covering and not explicit:
                assert decision.outcome == "denied", told


def test_sets_of_actions_agree_with_the_engine_and_hold_everybody(snapshot: Snapshot, tmp_path: Path) -> None:
    asker = Asker(read_organization(snapshot))
    index = open_index(snapshot, tmp_path / "cache")
    seen = 0
    for group in index.actions_of_all():
        certain, possible = set(names(group.certain)), set(names(group.possible))
        assert certain <= possible
        for someone in [one.arn for one in index.people(group.ids)]:
            seen += 1
            for action, resource in _asked():
                if not _at_home(someone, resource):
                    continue
                decision, explicit = _without_the_resource(asker, someone, action, resource)
                told = (someone, action, resource, decision.outcome)
                name = known_action(action)
                if name not in possible and not explicit:
                    assert decision.outcome == "denied", told
                if name in certain:
                    assert decision.outcome == "allowed", told
    accounts = {
        one.split(":")[4] for one in asker.organization.identities
    } | asker.organization.accounts.keys()
    assert seen == len(asker.organization.identities) + len(accounts)


def test_an_allow_a_boundary_and_a_control_policy_come_to_one_line(indexing: Indexing) -> None:
    index = indexing(
        user(
            "ada",
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::blue/*", "arn:aws:s3:::red/*"]),
            PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"},
        ),
        policy("limit", allow("s3:*", "arn:aws:s3:::blue/*")),
        organization=organization([*FULL, (deny("s3:PutObject"), SHOP)]),
    )
    (entry,) = index.permissions_of(ADA, "s3").entries
    assert (entry.action, entry.resource, entry.outcome) == ("s3:GetObject", "arn:aws:s3:::blue/*", "allowed")
    assert entry.sources == ("inline policy inline-0",)


def test_what_is_allowed_on_some_resources_says_on_which(indexing: Indexing) -> None:
    document = allow("s3:GetObject", "arn:aws:s3:::*")
    document["Statement"].append({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::secret*"})
    index = indexing(user("ada", document), standalone=True)
    (entry,) = index.permissions_of(ADA, "s3").entries
    assert (entry.outcome, entry.residual) == ("conditional", "resource not like arn:aws:s3:::secret*")


def test_an_action_that_is_asked_about_no_resource_is_not_surely_allowed_by_a_narrow_one(
    indexing: Indexing,
) -> None:
    index = indexing(user("ada", allow("s3:ListAllMyBuckets", "arn:aws:s3:::blue")), standalone=True)
    (entry,) = index.permissions_of(ADA, "s3").entries
    assert (entry.resource, entry.outcome) == ("*", "conditional")
    other = indexing(user("ada", allow("s3:ListAllMyBuckets", "arn:aws:sqs:*:*:blue")), standalone=True)
    assert other.permissions_of(ADA, "s3").entries == ()


def test_what_no_policy_governs_is_told(indexing: Indexing) -> None:
    index = indexing(user("ada"), standalone=True)
    entries = {one.action: one for one in index.permissions_of(ADA).entries}
    assert entries.keys() == {"sts:GetCallerIdentity", "sts:GetSessionToken"}
    assert entries["sts:GetCallerIdentity"].sources == ("no policy governs it",)


def test_an_action_that_the_catalogue_does_not_know_is_not_dropped(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("made:Up", "*")), standalone=True)
    (entry,) = index.permissions_of(ADA, "made").entries
    assert (entry.action, entry.known, entry.outcome) == ("made:Up", False, "allowed")


def test_a_key_is_never_allowed_without_its_own_policy(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("kms:Decrypt")), standalone=True)
    (entry,) = index.permissions_of(ADA, "kms").entries
    assert (entry.outcome, entry.incomplete) == ("conditional", ("resource",))


def test_an_administrator_may_do_everything_that_there_is(indexing: Indexing) -> None:
    index = indexing(role("boss", allow("*")), standalone=True)
    entries = index.permissions_of(f"arn:aws:iam::{SHOP}:role/boss", "dynamodb").entries
    assert {one.resource for one in entries} == {"*"}
    assert {one.outcome for one in entries} == {"allowed"}
    assert "dynamodb:DeleteTable" in {one.action for one in entries}


def test_resources_whose_policies_name_the_principal_are_told(indexing: Indexing) -> None:
    bucket = "arn:aws:s3:::given"
    statement = {"Effect": "Allow", "Principal": {"AWS": ADA}, "Action": "s3:*", "Resource": f"{bucket}/*"}
    index = indexing(
        user("ada"),
        user("bob"),
        resources={bucket: {"owner": SHOP, "policy": {"Version": "2012-10-17", "Statement": [statement]}}},
        standalone=True,
    )
    assert index.permissions_of(ADA).named_by == (bucket,)
    assert index.permissions_of(f"arn:aws:iam::{SHOP}:user/bob").named_by == ()


def test_nobody_of_that_name_is_an_error(indexing: Indexing) -> None:
    with pytest.raises(NotFound, match="ghost"):
        indexing(user("ada"), standalone=True).permissions_of(f"arn:aws:iam::{SHOP}:user/ghost")
