"""What changed between two snapshots: each kind of change by itself, and beside the sets of actions of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex, open_index
from cloud_entitlements.access.changes import Changes, ControlChange, IdentityChange, changes
from cloud_entitlements.access.index.actions import names
from cloud_entitlements.inventory import Gap, Publication, Snapshot, Staging, publish
from cloud_entitlements.inventory.manifest import Coverage

from .conftest import (
    MANAGEMENT,
    SHOP,
    TOOLS,
    Document,
    _imported,
    allow,
    deny,
    organization,
    policy,
    role,
    trust,
    user,
)
from .made import made

ADA, BOB = (f"arn:aws:iam::{SHOP}:user/{name}" for name in ("ada", "bob"))
DEPLOY = f"arn:aws:iam::{SHOP}:role/deploy"
OPS = f"arn:aws:iam::{SHOP}:group/ops"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP), (allow("*"), TOOLS)
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
HOSTILE = "<b>\x1b[31m\u202eopr"
Entities = Sequence[dict[str, Any]]
Comparing = Callable[..., Changes]


@pytest.fixture
def comparing(tmp_path: Path) -> Comparing:
    """`comparing([user("ada")], [user("ada", …)])`: the difference of two imports; `organizations`: one of each."""

    def compare(old: Entities, new: Entities, organizations: Sequence[Any] = (None, None)) -> Changes:
        snapshots: list[Snapshot] = []
        for name, entities, above in zip(("old", "new"), (old, new), organizations, strict=True):
            folder = tmp_path / name
            folder.mkdir()
            alone = above is None
            snapshots.append(_imported(folder, entities, organization=above, standalone=alone))
        return _difference(snapshots[0], snapshots[1], tmp_path)

    return compare


def _difference(old: Snapshot, new: Snapshot, folder: Path) -> Changes:
    before, after = (open_index(one, folder / "cache") for one in (old, new))
    return changes(before, after, old, new)


def _one(found: Changes, arn: str = ADA) -> IdentityChange:
    (one,) = found.of(arn).identities
    return one


def _s3(actions: int) -> set[str]:
    return {one for one in names(actions) if one.startswith("s3:")}


def group(name: str, *inline: Document) -> dict[str, Any]:
    policies = [
        {"PolicyName": f"{name}-{number}", "PolicyDocument": one} for number, one in enumerate(inline)
    ]
    return {
        "Arn": f"arn:aws:iam::{SHOP}:group/{name}",
        "GroupName": name,
        "Path": "/",
        "GroupPolicyList": policies,
    }


def test_nothing_has_changed_where_both_say_the_same(comparing: Comparing) -> None:
    everybody = [
        user("ada", allow("s3:*")),
        role("deploy"),
        group("ops", allow("s3:*")),
        policy("one", allow("*")),
    ]
    found = comparing(everybody, everybody, (organization(FULL), organization(FULL)))
    assert (found.identities, found.controls) == ((), ())
    assert {one.status for one in found.accounts} == {"not_read"}
    assert not found


def test_who_came_and_who_went_is_told_with_what_they_may_do(comparing: Comparing) -> None:
    found = comparing(
        [user("ada", allow("s3:GetObject")), group("ops", allow("s3:GetObject"))],
        [user("bob", allow("s3:PutObject", "arn:aws:s3:::b/*")), role("deploy")],
    )
    assert found.counts == {"new": 2, "gone": 2, "changed": 0, "unknown": 0}
    assert [(one.arn, one.type, one.status) for one in found.identities] == [
        (OPS, "group", "gone"),
        (DEPLOY, "role", "new"),
        (ADA, "user", "gone"),
        (BOB, "user", "new"),
    ]
    assert _s3(_one(found).actions.lost) == {"s3:GetObject"}
    assert set(names(_one(found).actions.lost)) == {"s3:GetObject"}, "what no policy governs is nobody's loss"
    gained = _one(found, BOB).actions
    assert (_s3(gained.gained), _s3(gained.now_broad)) == ({"s3:PutObject"}, set())
    assert [(one.source, one.status) for one in _one(found, BOB).policies] == [
        ("inline policy inline-0", "attached")
    ]
    assert _one(found, DEPLOY).trust


GET, GET_SOME = allow("s3:GetObject"), allow("s3:GetObject", "arn:aws:s3:::b/*")
ONE = {"s3:GetObject"}
SETS: dict[str, tuple[Document, Document, dict[str, set[str]]]] = {
    "an action more": (allow("s3:PutObject"), allow(["s3:PutObject", "s3:GetObject"]), {"gained": ONE, "now_broad": ONE, "now_certain": ONE}),
    "an action less": (allow(["s3:PutObject", "s3:GetObject"]), allow("s3:PutObject"), {"lost": ONE, "no_longer_broad": ONE, "no_longer_certain": ONE}),
    "now on every resource": (GET_SOME, allow("s3:GetObject", Condition=MFA), {"now_broad": ONE}),
    "no longer on every resource": (allow("s3:GetObject", Condition=MFA), GET_SOME, {"no_longer_broad": ONE}),
    "now in every circumstance": (allow("s3:GetObject", Condition=MFA), GET, {"now_certain": ONE}),
    "a resource more": (GET_SOME, allow("s3:GetObject", ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_what_they_may_do_is_compared_set_by_set(name: str, comparing: Comparing) -> None:
    before, after, expected = SETS[name]
    one = _one(comparing([user("ada", before)], [user("ada", after)]))
    told = {
        field: _s3(getattr(one.actions, field))
        for field in ("gained", "lost", "now_broad", "no_longer_broad", "now_certain", "no_longer_certain")
    }
    assert {field: found for field, found in told.items() if found} == expected
    assert [(found.source, found.status) for found in one.policies] == [("inline policy inline-0", "changed")]


def _attached(*wanted: str) -> list[dict[str, str]]:
    return [{"PolicyName": one, "PolicyArn": f"arn:aws:iam::{SHOP}:policy/{one}"} for one in wanted]


def test_policies_are_attached_detached_and_changed(comparing: Comparing) -> None:
    policies = [policy(name, allow("s3:GetObject")) for name in ("stays", "goes", "comes")]
    found = comparing(
        [user("ada", AttachedManagedPolicies=_attached("stays", "goes", "edited")), *policies, policy("edited", GET)],
        [user("ada", AttachedManagedPolicies=_attached("comes", "edited", "stays")), *policies, policy("edited", GET_SOME)],
    )  # fmt: skip
    one = _one(found)
    told = {change.source.rpartition("/")[2]: change for change in one.policies}
    assert {name: change.status for name, change in told.items()} == {
        "comes": "attached",
        "edited": "changed",
        "goes": "detached",
    }
    assert told["edited"].before != told["edited"].after
    assert not one.actions, "another policy gives it as before"


def test_the_order_in_which_policies_are_listed_is_no_change(comparing: Comparing) -> None:
    policies = [policy(name, GET) for name in ("one", "two")]
    found = comparing(
        [user("ada", AttachedManagedPolicies=_attached("one", "two")), *policies],
        [user("ada", AttachedManagedPolicies=_attached("two", "one")), *policies],
    )
    assert found.identities == ()


def test_a_boundary_a_trust_policy_and_tags_are_told_though_nothing_else_changes(
    comparing: Comparing,
) -> None:
    limit: dict[str, Any] = {
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"}
    }
    found = comparing(
        [user("ada"), role("deploy"), user("bob", Tags=[{"Key": "team", "Value": "red"}, {"Key": "a", "Value": "b"}])],
        [
            user("ada", **limit),
            role("deploy", AssumeRolePolicyDocument=trust("*")),
            user("bob", Tags=[{"Key": "team", "Value": HOSTILE}]),
            policy("limit", allow("s3:*")),
        ],
    )  # fmt: skip
    boundary = _one(found).boundary
    assert boundary
    assert (boundary.before, boundary.after) == (None, f"arn:aws:iam::{SHOP}:policy/limit")
    assert _one(found, DEPLOY).trust
    assert [(one.key, one.before, one.after) for one in _one(found, BOB).tags] == [
        ("a", "b", None),
        ("team", "red", HOSTILE),
    ]
    assert not any(one.actions for one in found.identities)


def test_a_boundary_that_says_something_else_under_the_same_name_is_told(comparing: Comparing) -> None:
    limit: dict[str, Any] = {
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"}
    }
    ada = user("ada", allow("*"), **limit)
    one = _one(comparing([ada, policy("limit", allow("s3:*"))], [ada, policy("limit", allow("s3:Get*"))]))
    assert one.boundary
    assert one.boundary.before == one.boundary.after
    assert "s3:PutObject" in _s3(one.actions.lost)


def test_groups_that_somebody_joined_or_left_are_told_and_what_came_through_them(
    comparing: Comparing,
) -> None:
    groups = [group("ops", allow("s3:GetObject")), group("idle")]
    found = comparing([user("ada", GroupList=["idle"]), *groups], [user("ada", GroupList=["ops"]), *groups])
    one = _one(found)
    assert (one.joined, one.left) == (("ops",), ("idle",))
    assert [(change.source, change.status) for change in one.policies] == [
        ("inline policy ops-0 through group ops", "attached")
    ]
    assert _s3(one.actions.gained) == {"s3:GetObject"}


def test_a_group_that_gives_something_else_is_changed_and_so_are_those_in_it(comparing: Comparing) -> None:
    ada = user("ada", GroupList=["ops"])
    found = comparing([ada, group("ops", GET)], [ada, group("ops", allow("s3:PutObject"))])
    for arn in (OPS, ADA):
        assert _s3(_one(found, arn).actions.gained) == {"s3:PutObject"}
        assert _s3(_one(found, arn).actions.lost) == {"s3:GetObject"}


# Accounts and control policies


def _told(found: Changes) -> list[tuple[str, str]]:
    return [(one.account_id, one.status) for one in found.accounts if one.account_id != MANAGEMENT]


def test_an_account_that_was_not_read_is_unknown_and_nobody_in_it_is_gone(comparing: Comparing) -> None:
    there, above = user("ada", account=TOOLS), (organization(FULL), organization(FULL))
    found = comparing([user("ada"), there], [user("ada")], above)
    assert found.counts == {"new": 0, "gone": 0, "changed": 0, "unknown": 1}
    assert _told(found) == [(TOOLS, "not_read")]
    (account,) = (one for one in found.accounts if one.account_id == TOOLS)
    assert (account.before, account.after, account.identities) == ("collected", "missing", 1)
    assert found.has_gaps


def test_who_was_not_seen_before_because_nobody_looked_is_not_new(comparing: Comparing) -> None:
    there, above = user("ada", account=TOOLS), (organization(FULL), organization(FULL))
    found = comparing([user("ada")], [user("ada"), there], above)
    assert [(one.account_id, one.status) for one in found.identities] == [(TOOLS, "unknown")]


def _without(given: dict[str, Any], account: str) -> dict[str, Any]:
    scps = given["service_control_policies"]
    return {
        **given,
        "accounts": [one for one in given["accounts"] if one["id"] != account],
        "service_control_policies": [one for one in scps if one["targets"] != [account]],
    }


def test_an_account_that_left_or_joined_the_organization_says_so(
    comparing: Comparing, tmp_path: Path
) -> None:
    there, whole = user("ada", account=TOOLS), organization(FULL)
    found = comparing([user("ada"), there], [user("ada")], (whole, _without(whole, TOOLS)))
    assert (_told(found), found.counts["unknown"]) == ([(TOOLS, "left")], 1)
    (tmp_path / "old").rename(tmp_path / "before")
    (tmp_path / "new").rename(tmp_path / "after")
    found = comparing([user("ada")], [user("ada"), there], (_without(whole, TOOLS), whole))
    assert (_told(found), found.counts["unknown"]) == ([(TOOLS, "joined")], 1)
    assert found


def test_an_account_that_moved_is_told_with_those_whom_it_touches(comparing: Comparing) -> None:
    before = organization([*FULL, (deny("s3:GetObject"), "ou-ab12-11111111")])
    after = organization([*FULL, (deny("s3:GetObject"), "ou-ab12-11111111")])
    after["accounts"][1]["parent"] = "r-ab12"
    everybody = [user("ada", GET), user("bob", allow("sqs:*"))]
    found = comparing(everybody, everybody, (before, after))
    (moved,) = (one for one in found.accounts if one.status == "moved")
    assert (moved.account_id, moved.before, moved.after) == (
        SHOP,
        "o-exampleorg/r-ab12/ou-ab12-11111111/",
        "o-exampleorg/r-ab12/",
    )
    assert moved.identities == 2, "ada, and root"
    assert _one(found).by_control


def test_an_account_that_moved_and_was_not_read_says_both(comparing: Comparing) -> None:
    before, after = organization(FULL), organization(FULL)
    after["accounts"][2]["parent"] = "r-ab12"
    found = comparing([user("ada"), user("kim", account=TOOLS)], [user("ada")], (before, after))
    assert _told(found) == [(TOOLS, "moved"), (TOOLS, "not_read")]
    assert found.has_gaps


def _control(found: Changes) -> list[ControlChange]:
    return list(found.controls)


def test_a_control_policy_is_told_with_those_whom_it_touches(comparing: Comparing) -> None:
    everybody = [user("ada", GET), user("bob", allow("sqs:*")), role("boss", allow("*"), account=MANAGEMENT)]
    before, after = organization(FULL), organization([*FULL, (deny("s3:GetObject"), "ou-ab12-11111111")])
    after["service_control_policies"][4]["name"] = HOSTILE
    found = comparing(everybody, everybody, (before, after))
    (one,) = _control(found)
    assert (one.type, one.status, one.node, one.name) == ("scp", "attached", "ou-ab12-11111111", HOSTILE)
    assert (one.before, one.accounts, one.touched) == (None, 2, 3)
    assert one.after
    assert [(change.arn, change.by_control) for change in found.identities] == [
        (f"arn:aws:iam::{SHOP}:root", True),
        (ADA, True),
        (f"arn:aws:iam::{TOOLS}:root", True),
    ]
    assert _s3(_one(found).actions.lost) == {"s3:GetObject"}
    assert _one(found).policies == ()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ([(deny("s3:*"), SHOP)], [], "detached"),
        ([(deny("s3:*"), SHOP)], [(deny("s3:Get*"), SHOP)], "changed"),
    ],
)
def test_what_became_of_a_control_policy_is_told(
    old: Any, new: Any, status: str, comparing: Comparing
) -> None:
    everybody = [user("ada", allow("s3:PutObject"))]
    found = comparing(everybody, everybody, (organization([*FULL, *old]), organization([*FULL, *new])))
    (one,) = _control(found)
    assert (one.status, one.node, one.touched) == (status, SHOP, 2)
    assert _s3(_one(found).actions.gained) == {"s3:PutObject"}


def test_who_changed_by_itself_is_not_counted_as_touched_by_control_policies(comparing: Comparing) -> None:
    above = organization(FULL), organization([*FULL, (deny("sqs:*"), SHOP)])
    found = comparing([user("ada", GET)], [user("ada", GET_SOME)], above)
    assert not _one(found).by_control
    assert [one.touched for one in found.controls] == [1], "root alone"


def test_resource_control_policies_are_compared_too(comparing: Comparing) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    rcp = {"Version": "2012-10-17", "Statement": [statement]}
    everybody = [user("ada", GET)]
    found = comparing(everybody, everybody, (organization(FULL), organization(FULL, [(rcp, SHOP)])))
    assert [(one.type, one.status) for one in found.controls if one.node == SHOP] == [("rcp", "attached")]
    assert _s3(_one(found).actions.lost) == {"s3:GetObject"}


def test_what_control_policies_took_is_not_gained_when_they_are_not_read(
    tmp_path: Path, comparing: Comparing
) -> None:
    above = organization([*FULL, (deny("s3:GetObject"), SHOP)])
    for name in ("known", "lost"):
        (tmp_path / name).mkdir()
    known = _imported(tmp_path / "known", [user("ada", GET)], organization=above)
    lost = _imported(tmp_path / "lost", [user("ada", GET), user("bob", GET)])
    for old, new in ((known, lost), (lost, known)):
        found = _difference(old, new, tmp_path)
        assert [one.arn for one in found.identities] == [BOB]
        assert found.controls == ()
        assert len(found.not_compared) == 2
        assert "service control policies were not read" in found.not_compared[0]


def test_of_two_types_of_control_policies_the_one_that_was_given_is_compared(comparing: Comparing) -> None:
    before, after = organization(FULL), organization([*FULL, (deny("s3:GetObject"), SHOP)])
    del before["resource_control_policies"]
    found = comparing([user("ada", GET)], [user("ada", GET)], (before, after))
    assert [(one.type, one.status) for one in found.controls] == [("scp", "attached")]
    assert _s3(_one(found).actions.lost) == {"s3:GetObject"}
    (told,) = found.not_compared
    assert told.startswith("resource control policies were not read, or not all, in the older snapshot")


def test_what_policies_that_were_not_read_give_is_neither_gained_nor_lost(comparing: Comparing) -> None:
    ada = user("ada", AttachedManagedPolicies=_attached("lost"))
    found = comparing([ada, policy("lost", GET)], [ada])
    one = _one(found)
    assert (one.not_read, one.actions) == (("identity",), type(one.actions)())
    assert [(change.status, change.after) for change in one.policies] == [("changed", None)]
    assert found.has_gaps


def test_where_control_policies_changed_above_what_was_not_read_nothing_is_known(
    comparing: Comparing,
) -> None:
    ada = user("ada", AttachedManagedPolicies=_attached("lost"))
    found = comparing([ada], [ada], (organization(FULL), organization([*FULL, (deny("s3:*"), SHOP)])))
    assert (_one(found).status, _one(found).not_read) == ("unknown", ("identity",))


def test_an_account_that_was_read_in_part_hides_who_is_gone(tmp_path: Path) -> None:
    """As a run publishes it: the second could not read all of the account."""
    row = {"id": "AIDA", "path": "/", "groups": [], "attached": [], "inline": [], "tags": {}}
    rows = [("users", {**row, "arn": arn, "name": arn.rpartition("/")[2]}) for arn in (ADA, BOB)]
    now, gap = (
        datetime(2026, 11, 1, tzinfo=UTC),
        Gap("iam:GetAccountAuthorizationDetails", "throttled", "slow"),
    )
    snapshots: list[Snapshot] = []
    for number, known in enumerate((rows, rows[:1])):
        staging = Staging(tmp_path / f"run{number}")
        staging.save(SHOP, "authorization_details", known, now)
        if number:
            staging.note(SHOP, "authorization_details", gap, now)
        given = Publication("made", f"{number}" * 8, Coverage(1, 1), now.replace(hour=number))
        snapshots.append(publish(staging, tmp_path / "snapshots", given))
    found = _difference(snapshots[0], snapshots[1], tmp_path)
    assert [(one.arn, one.status) for one in found.identities] == [(BOB, "unknown")]
    assert [(one.status, one.after) for one in found.accounts] == [("not_read", "partial")]


# Beside the whole sets


def _sets(index: AccessIndex) -> dict[str, Any]:
    return {one.arn: found for found in index.actions_of_all() for one in index.people(found.ids)}


@pytest.mark.parametrize("seed", range(10))
def test_the_differences_are_those_of_the_whole_sets(seed: int, tmp_path: Path) -> None:
    old, new = made(seed, tmp_path / "old"), made(seed + 20, tmp_path / "new")
    before, after = (open_index(one, tmp_path / "cache") for one in (old, new))
    found = changes(before, after, old, new)
    if found.not_compared:
        assert all(not one.by_control for one in found.identities)
        return
    told = {one.arn: one for one in found.identities}
    was, is_now = _sets(before), _sets(after)
    compared = 0
    for arn in was.keys() & is_now.keys():
        one = told.get(arn)
        if one is not None and one.not_read:
            continue
        compared += 1
        for mine, gained, lost in (
            ("possible", "gained", "lost"),
            ("broad", "now_broad", "no_longer_broad"),
            ("certain", "now_certain", "no_longer_certain"),
        ):
            then, now = getattr(was[arn], mine), getattr(is_now[arn], mine)
            assert (getattr(one.actions, gained) if one else 0) == now & ~then, arn
            assert (getattr(one.actions, lost) if one else 0) == then & ~now, arn
    assert compared


def test_the_same_snapshot_has_no_difference_however_large(tmp_path: Path) -> None:
    snapshot = made(7, tmp_path)
    index = open_index(snapshot, tmp_path / "cache")
    assert changes(index, index, snapshot, snapshot).identities == ()


def test_what_concerns_a_service_is_picked_out(comparing: Comparing) -> None:
    found = comparing(
        [user("ada"), user("bob")], [user("ada", allow(["s3:GetObject", "sqs:SendMessage"])), user("bob", allow("sqs:*"))]
    )  # fmt: skip
    about = found.about("s3")
    assert [one.arn for one in about.identities] == [ADA]
    assert set(names(about.identities[0].actions.gained)) == {"s3:GetObject"}
