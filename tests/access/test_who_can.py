"""Who can: the sets, what they hang on, and callers beyond the snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex
from cloud_entitlements.policy import MalformedRequest

from .conftest import MANAGEMENT, SHOP, TOOLS, Indexing, allow, deny, organization, role, trust, user

BUCKET = "arn:aws:s3:::shop-data"
QUEUE = f"arn:aws:sqs:eu-central-1:{SHOP}:jobs"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP), (allow("*"), TOOLS)


def granted(principal: Any, action: str = "sqs:*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, **({"Condition": condition} if condition else {})}],
    }


def resource(arn: str, policy: dict[str, Any] | None, owner: str = SHOP) -> dict[str, Any]:
    return {arn: {"owner": owner, "policy": policy}}


def names(index: AccessIndex, ids: Any) -> list[str]:
    return [one.arn.split(":", 5)[5] for one in index.people(ids)]


def others(index: AccessIndex, action: str, on: str) -> dict[str, str]:
    found = index.who_can(action, on).others
    return {one.request.principal.arn or "anonymous": one.outcome for one in found}


def test_the_three_sets_are_disjoint_and_whoever_is_in_none_can_not(indexing: Indexing) -> None:
    index = indexing(
        user("sure", allow("sqs:*")),
        user("perhaps", _conditional()),
        user("unread", GroupList=["lost"]),
        user("nobody", allow("ec2:*")),
        user("stopped", allow("*"), deny("sqs:*")),
        resources=resource(QUEUE, None),
        standalone=True,
    )
    found = index.who_can("sqs:SendMessage", QUEUE)
    assert names(index, found.certain) == ["root", "user/sure"]
    assert names(index, found.conditional) == ["user/perhaps"]
    assert names(index, found.incomplete) == ["user/unread"]


def _conditional() -> dict[str, Any]:
    document = allow("sqs:*")
    document["Statement"][0]["Condition"] = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    return document


def test_what_is_known_of_the_request_settles_what_hangs_on_it(indexing: Indexing) -> None:
    index = indexing(user("perhaps", _conditional()), resources=resource(QUEUE, None), standalone=True)
    inside = index.who_can("sqs:SendMessage", QUEUE, None, {"aws:SourceIp": ("192.0.2.7",)})
    outside = index.who_can("sqs:SendMessage", QUEUE, None, {"aws:SourceIp": ("198.51.100.7",)})
    assert "user/perhaps" in names(index, inside.certain)
    assert names(index, outside.certain) == ["root"]


def test_assumptions_hold_for_everybody(indexing: Indexing) -> None:
    document = allow("sqs:*")
    document["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    index = indexing(user("tls", document), resources=resource(QUEUE, None), standalone=True)
    assert names(index, index.who_can("sqs:SendMessage", QUEUE).conditional) == ["user/tls"]
    assumed = index.who_can("sqs:SendMessage", QUEUE, assume=("direct",))
    assert names(index, assumed.certain) == ["root", "user/tls"]


def test_lasting_keys_are_assumed_of_users_alone(indexing: Indexing) -> None:
    index = indexing(
        user("ada", allow("sqs:*")),
        role("app", allow("sqs:*")),
        resources=resource(QUEUE, None),
        standalone=True,
    )
    found = index.who_can("sqs:SendMessage", QUEUE, assume=("long-term-key",))
    assert names(index, found.certain) == ["root", "user/ada"]


def test_across_accounts_both_sides_must_allow(indexing: Indexing) -> None:
    index = indexing(
        user("ada", allow("sqs:*"), account=TOOLS),
        user("bob", account=TOOLS),
        user("cyd", allow("sqs:*"), account=MANAGEMENT),
        organization=organization(FULL),
        resources=resource(QUEUE, granted({"AWS": TOOLS})),
    )
    found = index.who_can("sqs:SendMessage", QUEUE)
    assert f"arn:aws:iam::{TOOLS}:user/ada" in [one.arn for one in index.people(found.certain)]
    everybody = {
        one.arn for ids in (found.certain, found.conditional, found.incomplete) for one in index.people(ids)
    }
    assert not everybody & {f"arn:aws:iam::{TOOLS}:user/bob", f"arn:aws:iam::{MANAGEMENT}:user/cyd"}


def test_a_variable_finds_the_user_whose_name_stands_in_the_resource(indexing: Indexing) -> None:
    own = allow("sqs:*", "arn:aws:sqs:*:*:${aws:username}-*")
    index = indexing(user("ada", own), user("bob", own), standalone=True, resources={
        **resource(f"{QUEUE[:-4]}ada-jobs", None), **resource(f"{QUEUE[:-4]}bob-jobs", None),
    })  # fmt: skip
    assert names(index, index.who_can("sqs:SendMessage", f"{QUEUE[:-4]}ada-jobs").certain) == [
        "root",
        "user/ada",
    ]


def test_services_accounts_and_everybody_are_told_beside_the_snapshot(indexing: Indexing) -> None:
    policy = granted({"Service": "sns.amazonaws.com"})
    policy["Statement"] += granted({"AWS": "999999999999"})["Statement"]
    index = indexing(user("ada"), resources=resource(QUEUE, policy), standalone=True)
    assert others(index, "sqs:SendMessage", QUEUE) == {
        "sns.amazonaws.com": "allowed",
        "arn:aws:iam::999999999999:root": "conditional",
    }
    everybody = indexing(user("ada"), resources=resource(QUEUE, granted("*")), standalone=True)
    assert others(everybody, "sqs:SendMessage", QUEUE) == {"anonymous": "allowed"}


def test_everybody_is_nobody_where_the_organization_is_asked_for(indexing: Indexing) -> None:
    ours = granted("*", StringEquals={"aws:PrincipalOrgID": "o-exampleorg"})
    index = indexing(
        user("ada", account=TOOLS), organization=organization(FULL), resources=resource(QUEUE, ours)
    )
    assert others(index, "sqs:SendMessage", QUEUE) == {}


def test_nobody_assumes_a_role_unsigned_but_any_account_may(indexing: Indexing) -> None:
    index = indexing(role("open", AssumeRolePolicyDocument=trust("*")), standalone=True)
    assert others(index, "sts:AssumeRole", f"arn:aws:iam::{SHOP}:role/open") == {
        "any AWS account": "conditional"
    }


def test_a_provider_is_told_for_the_call_that_it_makes(indexing: Indexing) -> None:
    provider = f"arn:aws:iam::{SHOP}:saml-provider/office"
    document = trust({"Federated": provider})
    document["Statement"][0]["Action"] = "sts:AssumeRoleWithSAML"
    index = indexing(role("staff", AssumeRolePolicyDocument=document), standalone=True)
    target = f"arn:aws:iam::{SHOP}:role/staff"
    assert others(index, "sts:AssumeRoleWithSAML", target) == {provider: "allowed"}
    assert others(index, "sts:AssumeRole", target) == {}


def test_a_bucket_without_acls_that_count_leaves_nothing_open(indexing: Indexing) -> None:
    entities = user("ada", allow("s3:*")), user("bob"), user("cyd", allow("s3:*"), account=TOOLS)
    settings = {"object_ownership": "BucketOwnerEnforced", "block_public_access": {}}
    given = {BUCKET: {"owner": SHOP, "policy": None, **settings}}
    index = indexing(*entities, organization=organization(FULL), resources=given)
    found = index.who_can("s3:GetObject", f"{BUCKET}/x")
    assert names(index, found.certain) == ["root", "user/ada"]
    assert not found.conditional | found.incomplete
    unknown = indexing(*entities, organization=organization(FULL), resources=resource(BUCKET, None))
    assert len(unknown.who_can("s3:GetObject", f"{BUCKET}/x").incomplete) > 2, "an ACL may say otherwise"


def test_a_policy_of_a_resource_that_was_not_read_is_said_aloud(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("sqs:*")), standalone=True)
    found = index.who_can("sqs:SendMessage", QUEUE)
    assert names(index, found.incomplete) == ["root", "user/ada"]
    assert "policy was not read" in found.warnings[0]


def test_an_action_that_the_catalogue_does_not_know_is_warned_about(indexing: Indexing) -> None:
    found = indexing(user("ada", allow("made:*")), standalone=True).who_can("made:Up")
    assert found.warnings == ("unknown action `made:Up`",)
    assert len(found.certain) == 2


def test_accounts_that_were_not_read_are_named(indexing: Indexing) -> None:
    found = indexing(user("ada"), organization=organization(FULL)).who_can("sqs:SendMessage", QUEUE)
    assert found.accounts_not_read == (MANAGEMENT, TOOLS)


def test_a_pattern_for_an_action_is_no_question(indexing: Indexing) -> None:
    with pytest.raises(MalformedRequest, match="is no action"):
        indexing(user("ada"), standalone=True).who_can("sqs:*")
