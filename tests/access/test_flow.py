"""What each policy of an identity gives and what each layer lets pass; together they come to what the index says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_entitlements.access import AccessIndex, Source, open_index
from cloud_entitlements.access.flow import Flow, Gate, flow_of, root_flow
from cloud_entitlements.access.index.actions import allowed_always, names, settled_for
from cloud_entitlements.access.index.universe import actions_like, all_actions

from .conftest import MANAGEMENT, SHOP, Indexing, allow, deny, organization, policy, role, user
from .made import made

ADA, DEPLOY = f"arn:aws:iam::{SHOP}:user/ada", f"arn:aws:iam::{SHOP}:role/deploy"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP)
EUROPE = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}


def _flow(index: AccessIndex, arn: str) -> Flow:
    one = index.organization.identities[arn]
    return flow_of(index.organization, arn, one.account_id, one.policies, one.boundary)


@pytest.mark.parametrize("seed", range(12))
def test_what_comes_through_is_what_the_index_says(seed: int, tmp_path: Path) -> None:
    index = open_index(made(seed, tmp_path), tmp_path / "cache")
    seen = 0
    for arn, one in index.organization.identities.items():
        type_ = "linked" if "/aws-service-role/" in arn else one.type
        found = index.actions_of(arn)
        assert found is not None
        left = _flow(index, arn).left & ~settled_for(type_) | allowed_always(type_)
        assert left == found.possible, (arn, list(names(left ^ found.possible))[:5])
        seen += 1
    assert seen


@pytest.mark.parametrize("seed", range(4))
def test_one_is_reckoned_as_everybody_is(seed: int, tmp_path: Path) -> None:
    index = open_index(made(seed, tmp_path), tmp_path / "cache")
    for group in index.actions_of_all():
        for someone in index.people(group.ids):
            one = index.actions_of(someone.arn)
            assert one is not None
            assert (one.certain, one.broad, one.possible, one.granted) == (
                group.certain,
                group.broad,
                group.possible,
                group.granted,
            ), someone
    assert index.actions_of("arn:aws:iam::222222222222:user/nobody") is None


def _gate(flow: Flow, kind: str, node: str = "") -> Gate:
    return next(one for one in flow.gates if one.kind == kind and node in ("", one.node))


def test_each_layer_says_what_it_takes(indexing: Indexing) -> None:
    edge = f"arn:aws:iam::{SHOP}:policy/edge"
    index = indexing(
        role(
            "deploy",
            allow("*"),
            deny("sqs:*"),
            PermissionsBoundary={"PermissionsBoundaryArn": edge},
        ),
        policy("edge", allow(["s3:*", "sqs:*", "sns:*", "ec2:*"])),
        organization=organization(
            [*FULL, (deny("sns:*"), "ou-ab12-11111111"), (deny("ec2:*", Condition=EUROPE), SHOP)],
            [({**deny("s3:*"), "Statement": [{**deny("s3:*")["Statement"][0], "Principal": "*"}]}, SHOP)],
        ),
    )
    flow = _flow(index, DEPLOY)
    assert [(one.kind, one.node) for one in flow.gates] == [
        ("own", ""),
        ("boundary", edge),
        ("scp", "r-ab12"),
        ("scp", "ou-ab12-11111111"),
        ("scp", SHOP),
        ("rcp", "r-ab12"),
        ("rcp", "ou-ab12-11111111"),
        ("rcp", SHOP),
    ]
    taken = {
        (one.kind, one.node): set(names(all_actions() & ~one.passes))
        for one in flow.gates
        if one.kind != "boundary"
    }
    assert taken["own", ""] == set(names(actions_like("sqs:*")))
    assert taken["scp", "ou-ab12-11111111"] == set(names(actions_like("sns:*")))
    assert taken["scp", "r-ab12"] == taken["scp", SHOP] == set()
    assert taken["rcp", SHOP] == set(names(actions_like("s3:*")))
    assert _gate(flow, "boundary").passes & actions_like("iam:*") == 0
    here = _gate(flow, "scp", SHOP)
    assert set(names(here.passes & ~here.plain)) == set(names(actions_like("ec2:*")))


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/a*"}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": SHOP}}, False),
        (EUROPE, True),
    ],
    ids=["of root alone", "of users like it", "of other accounts", "of a Region"],
)
def test_a_condition_that_can_not_hold_for_it_opens_nothing(
    indexing: Indexing, condition: dict[str, object], *, open_: bool
) -> None:
    index = indexing(
        user("ada", allow("s3:*")),
        organization=organization([*FULL, (deny("s3:*", Condition=condition), "r-ab12")]),
    )
    gate = _gate(_flow(index, ADA), "scp", "r-ab12")
    assert gate.passes & actions_like("s3:*") == actions_like("s3:*")
    assert bool(gate.plain & actions_like("s3:*")) is not open_


def test_of_a_group_a_condition_is_open_if_it_may_hold_for_one_member(indexing: Indexing) -> None:
    no_ada = deny("s3:*", Condition={"ArnLike": {"aws:PrincipalArn": ADA}})
    index = indexing(user("ada", allow("s3:*")), organization=organization([*FULL, (no_ada, "r-ab12")]))
    (source,) = index.organization.identities[ADA].policies
    bob, group = ADA.replace("ada", "bob"), f"arn:aws:iam::{SHOP}:group/ops"
    for members, open_ in (([bob], False), ([ADA, bob], True), ([], True)):
        flow = flow_of(index.organization, group, SHOP, (source,), members=members)
        gate = _gate(flow, "scp", "r-ab12")
        assert bool(actions_like("s3:*") & ~gate.plain) is open_, members


def test_what_was_not_read_may_be_anything_and_is_told_apart(indexing: Indexing) -> None:
    lost = {"PolicyName": "lost", "PolicyArn": f"arn:aws:iam::{SHOP}:policy/lost"}
    index = indexing(user("ada", allow("sqs:*"), AttachedManagedPolicies=[lost]))
    flow = _flow(index, ADA)
    assert {one.source.words: one.unread for one in flow.given} == {
        "inline policy inline-0": False,
        f"arn:aws:iam::{SHOP}:policy/lost": True,
    }
    assert flow.granted == all_actions()
    assert flow.read == actions_like("sqs:*")
    assert _gate(flow, "scp").unread, "no organization was given, and nobody said that there is none"


def test_root_needs_no_policy_and_control_policies_hold_for_it(indexing: Indexing) -> None:
    index = indexing(user("ada"), organization=organization([*FULL, (deny("iam:*"), "ou-ab12-11111111")]))
    for account, taken in ((SHOP, actions_like("iam:*")), (MANAGEMENT, 0)):
        flow = root_flow(index.organization, f"arn:aws:iam::{account}:root", account)
        assert flow.granted == all_actions()
        assert all_actions() & ~flow.left == taken


def test_a_document_that_is_not_there_gives_nothing_that_is_known(indexing: Indexing) -> None:
    index = indexing(user("ada"), standalone=True)
    flow = flow_of(index.organization, ADA, SHOP, (Source("inline policy x", "0" * 64),))
    assert [one.unread for one in flow.given] == [True]
    assert flow.gates == ()
