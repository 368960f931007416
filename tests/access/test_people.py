"""From people to roles and back, on snapshots that are made row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements import access
from cloud_entitlements.access import AccountAccess, Directory, read_directory
from cloud_entitlements.inventory import Coverage, Gap, Publication, Snapshot, Staging, publish

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SHOP, TOOLS, UNREAD = "222222222222", "333333333333", "444444444444"
HEX, OTHER = "0f1e2d3c4b5a6978", "9a8b7c6d5e4f3021"
SETS = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef"
RESERVED = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
READ, POWER, LONG, LONGER = (f"{SETS}/ps-{number:016}" for number in range(4))
CUT = "a-permission-set-whose-name-is-t"
"""As much of a name as a role's has room for."""
Rows = Sequence[tuple[str, dict[str, Any]]]


def user(one: str) -> str:
    return f"arn:aws:identitystore:::user/{one}"


def group(one: str) -> str:
    return f"arn:aws:identitystore:::group/{one}"


def role(account: str, name: str, path: str = RESERVED) -> str:
    return f"arn:aws:iam::{account}:role{path}{name}"


def reserved(account: str, permission_set: str, suffix: str = HEX, path: str = RESERVED) -> tuple[str, str]:
    return account, role(account, f"AWSReservedSSO_{permission_set}_{suffix}", path)


def instance() -> tuple[str, dict[str, Any]]:
    return "identity_center", {"instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}


def permission_set(arn: str, name: str) -> tuple[str, dict[str, Any]]:
    return "permission_sets", {"arn": arn, "name": name}


def assigned(arn: str, account: str, *, to_user: str = "", to_group: str = "") -> tuple[str, dict[str, Any]]:
    principal = {"principal_type": "USER" if to_user else "GROUP", "principal_id": to_user or to_group}
    return "account_assignments", {"permission_set": arn, "target_id": account, **principal}


def person(one: str, *groups: str, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    row = {"id": one, "name": f"{one}.name", "display_name": one.title(), "enabled": None, **more}
    members = [("directory_memberships", {"group_id": each, "user_id": one}) for each in groups]
    return [("directory_users", row), *members]


def team(one: str) -> tuple[str, dict[str, Any]]:
    return "directory_groups", {"id": one, "name": one.title()}


BOTH: Rows = (instance(), permission_set(READ, "ReadOnly"), permission_set(POWER, "PowerUser"))
Made = Callable[..., Directory]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def _made(
        rows: Rows, roles: Sequence[tuple[str, str]] = (), accounts: Sequence[str] = (SHOP, TOOLS)
    ) -> Directory:
        return read_directory(snapshot(tmp_path, rows, roles, accounts))

    return _made


def snapshot(
    folder: Path, rows: Any, roles: Sequence[tuple[str, str]] = (), accounts: Sequence[str] = (SHOP, TOOLS)
) -> Snapshot:
    staging = Staging(folder / "staging", durable=False)
    staging.save("organization", "identity_center", rows, NOW)
    for account in accounts:
        of_account = [("roles", _role(arn)) for owner, arn in roles if owner == account]
        staging.save(account, "authorization_details", of_account, NOW)
    return publish(staging, folder, Publication("c", "r" * 8, Coverage(2, 2), NOW))


def _role(arn: str) -> dict[str, Any]:
    path, _, name = arn.partition(":role")[2].rpartition("/")
    return {"arn": arn, "name": name, "path": f"{path}/"}


def told(found: Sequence[AccountAccess]) -> list[tuple[str, str | None, str, str, str, str | None]]:
    return [
        (one.principal, one.through, one.account_id, one.permission_set, one.state, one.role) for one in found
    ]


def test_people_are_followed_directly_and_through_each_group(made: Made) -> None:
    shop, tools = reserved(SHOP, "ReadOnly"), reserved(TOOLS, "PowerUser")
    found = made(
        [
            *BOTH,
            *person("ada", "ops", "audit"),
            *person("bob", "ops"),
            *person("eve"),
            team("ops"),
            team("audit"),
            assigned(READ, SHOP, to_group="ops"),
            assigned(READ, SHOP, to_group="audit"),
            assigned(POWER, TOOLS, to_user="ada"),
        ],
        [shop, tools],
    )
    ada, bob, ops, audit = user("ada"), user("bob"), group("ops"), group("audit")
    assert (found.known, found.why, found.read_at) == (True, "", NOW.isoformat())
    assert found.users[ada].groups == (audit, ops)
    assert found.groups[ops].members == (ada, bob)
    assert told(found.roles_of(ada)) == [
        (ada, audit, SHOP, "ReadOnly", "found", shop[1]),
        (ada, ops, SHOP, "ReadOnly", "found", shop[1]),
        (ada, None, TOOLS, "PowerUser", "found", tools[1]),
    ]
    assert told(found.roles_of(bob)) == [(bob, ops, SHOP, "ReadOnly", "found", shop[1])]
    assert told(found.roles_of(ops)) == [(ops, None, SHOP, "ReadOnly", "found", shop[1])]
    assert found.roles_of(user("eve")) == ()
    assert told(found.people_of(tools[1])) == [(ada, None, TOOLS, "PowerUser", "found", tools[1])]
    assert told(found.people_of(shop[1])) == [
        (audit, None, SHOP, "ReadOnly", "found", shop[1]),
        (ops, None, SHOP, "ReadOnly", "found", shop[1]),
        (ada, audit, SHOP, "ReadOnly", "found", shop[1]),
        (ada, ops, SHOP, "ReadOnly", "found", shop[1]),
        (bob, ops, SHOP, "ReadOnly", "found", shop[1]),
    ]


@pytest.mark.parametrize(
    ("roles", "state", "words"),
    [
        ([reserved(SHOP, "ReadOnly")], "found", ""),
        ([reserved(SHOP, "ReadOnly", path="/aws-reserved/sso.amazonaws.com/")], "found", ""),
        ([], "missing", f"account {SHOP} has no role of the permission set `ReadOnly`"),
        ([reserved(TOOLS, "ReadOnly")], "missing", "no role"),
        ([reserved(SHOP, "readonly")], "missing", "no role"),
        ([reserved(SHOP, "ReadOnly", path="/")], "missing", "no role"),
        ([reserved(SHOP, "ReadOnly", path="/my/aws-reserved/sso.amazonaws.com/")], "missing", "no role"),
        ([reserved(SHOP, "ReadOnly", "0F1E2D3C4B5A6978")], "missing", "no role"),
        ([reserved(SHOP, "ReadOnly", "0f1e")], "missing", "no role"),
        ([reserved(SHOP, f"ReadOnly_{OTHER}")], "missing", "no role"),
        (
            [reserved(SHOP, "ReadOnly"), reserved(SHOP, "ReadOnly", OTHER)],
            "ambiguous",
            f"2 roles of account {SHOP} fit",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_role_is_named_where_one_alone_fits(
    made: Made, roles: list[tuple[str, str]], state: str, words: str
) -> None:
    found = made([*BOTH, *person("ada"), assigned(READ, SHOP, to_user="ada")], roles)
    (one,) = found.roles_of(user("ada"))
    assert (one.state, one.role) == (state, roles[0][1] if state == "found" else None)
    assert words in one.why
    assert bool(one.why) is (state != "found")
    assert set(one.candidates) == ({arn for _, arn in roles} if state == "ambiguous" else set())
    reached = {arn: [way.state for way in found.people_of(arn)] for _, arn in roles}
    assert reached == {arn: [state] if state in ("found", "ambiguous") else [] for _, arn in roles}


def test_what_was_not_read_is_told_from_what_is_not_there(made: Made) -> None:
    found = made(
        [
            *BOTH,
            *person("ada"),
            assigned(READ, UNREAD, to_user="ada"),
            assigned(f"{SETS}/ps-gone", SHOP, to_user="ada"),
        ]
    )
    nameless, unread = found.roles_of(user("ada"))
    assert (unread.state, unread.why) == ("not_read", f"the roles of account {UNREAD} were not read")
    assert (nameless.state, nameless.permission_set) == ("not_read", "")
    assert "ps-gone` was not read" in nameless.why


def test_names_that_a_role_has_no_room_for_are_cut(made: Made) -> None:
    cut = reserved(SHOP, CUT)
    assert len(cut[1].rpartition("/")[2]) == 64
    rows = [instance(), *person("ada"), assigned(LONG, SHOP, to_user="ada")]
    (one,) = made([*rows, permission_set(LONG, f"{CUT}oo-long")], [cut]).roles_of(user("ada"))
    assert (one.state, one.role) == ("found", cut[1])


def test_names_that_are_the_same_once_they_are_cut_are_ambiguous(made: Made) -> None:
    cut = reserved(SHOP, CUT)
    both = [permission_set(LONG, f"{CUT}oo-long"), permission_set(LONGER, f"{CUT}oo-long-too")]
    found = made([instance(), *person("ada"), assigned(LONG, SHOP, to_user="ada"), *both], [cut])
    (one,) = found.roles_of(user("ada"))
    assert (one.state, one.role, one.candidates) == ("ambiguous", None, (cut[1],))
    assert [way.state for way in found.people_of(cut[1])] == ["ambiguous"]


def test_assignments_outlive_the_people_that_they_were_made_for(made: Made) -> None:
    shop = reserved(SHOP, "ReadOnly")
    found = made([*BOTH, assigned(READ, SHOP, to_user="gone"), assigned(READ, SHOP, to_group="lost")], [shop])
    assert set(found.users) == set(found.groups) == set()
    assert told(found.roles_of(user("gone"))) == [(user("gone"), None, SHOP, "ReadOnly", "found", shop[1])]
    assert {one.principal for one in found.people_of(shop[1])} == {user("gone"), group("lost")}


def test_hostile_names_are_kept_as_they_are(made: Made) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    found = made([*BOTH, *person("ada", display_name=hostile, name="=cmd@0", enabled=False)])
    ada = found.users[user("ada")]
    assert (ada.display_name, ada.name, ada.enabled) == (hostile, "=cmd@0", False)


@pytest.mark.parametrize("name", ["app", "AWSReservedSSO_", "AWSReservedSSO_x_y"])
def test_other_roles_have_nobody_of_the_directory(made: Made, name: str) -> None:
    found = made([*BOTH, assigned(READ, SHOP, to_user="ada")], [(SHOP, role(SHOP, name))])
    assert found.people_of(role(SHOP, name)) == ()
    assert found.people_of("no arn at all") == ()


def test_other_partitions_have_arns_of_their_own(made: Made) -> None:
    china = ("identity_center", {"instance_arn": "arn:aws-cn:sso:::instance/ssoins-1234567890abcdef"})
    found = made([china, *person("ada", "ops"), team("ops")])
    assert set(found.users) == {"arn:aws-cn:identitystore:::user/ada"}
    assert found.users["arn:aws-cn:identitystore:::user/ada"].groups == (
        "arn:aws-cn:identitystore:::group/ops",
    )


def test_nobody_is_known_where_there_is_no_identity_center(made: Made) -> None:
    found = made([])
    assert (found.known, found.why, found.users) == (True, "", {})


def test_nobody_is_unknown_where_it_was_not_read(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging", durable=False)
    staging.save(SHOP, "authorization_details", [], NOW)
    never = publish(staging, tmp_path, Publication("c", "r" * 8, Coverage(1, 1), NOW))
    found = read_directory(never)
    assert (found.known, found.why) == (False, "this snapshot was made without Identity Center")
    staging.gap(
        "organization", "identity_center", Gap("sso:ListInstances", "denied", "AccessDenied: no"), NOW
    )
    refused = publish(staging, tmp_path, Publication("c", "s" * 8, Coverage(1, 1), NOW))
    found = read_directory(refused)
    assert (found.known, found.why, found.read_at) == (False, "AccessDenied: no", None)


def test_what_was_read_before_still_counts_with_its_date(tmp_path: Path) -> None:
    snapshot(tmp_path, [*BOTH, *person("ada"), assigned(READ, SHOP, to_user="ada")])
    staging = Staging(tmp_path / "later", durable=False)
    staging.gap("organization", "identity_center", Gap("sso:ListInstances", "throttled", "slow down"), NOW)
    later = Publication("c", "s" * 8, Coverage(1, 1), NOW.replace(hour=13))
    found = read_directory(publish(staging, tmp_path, later))
    assert (found.known, found.read_at) == (True, NOW.isoformat())
    assert len(found.roles_of(user("ada"))) == 1


def test_what_a_key_hid_leaves_the_rest_and_is_not_nobody(tmp_path: Path) -> None:
    shop = reserved(SHOP, "ReadOnly")

    def rows() -> Any:
        yield from BOTH
        yield assigned(READ, SHOP, to_user="ada")
        yield Gap("identitystore:ListUsers", "kms_key_refused", "kms:Decrypt")

    found = read_directory(snapshot(tmp_path, rows(), [shop]))
    assert (found.known, found.why, found.users) == (False, "kms:Decrypt", {})
    assert told(found.people_of(shop[1])) == [(user("ada"), None, SHOP, "ReadOnly", "found", shop[1])]


def test_a_hundred_thousand_assignments_are_followed_exactly(tmp_path: Path) -> None:
    """Each set in each account for each group; every person is in two groups."""
    accounts = [f"5{number:011}" for number in range(1_000)]
    names = [f"set-{number}" for number in range(20)]
    teams = [f"team-{number}" for number in range(5)]
    people = [f"person-{number}" for number in range(10_000)]
    roles = [reserved(account, name) for account in accounts for name in names]
    rows = [
        instance(),
        *(permission_set(f"{SETS}/ps-{name}", name) for name in names),
        *map(team, teams),
        *(row for n, one in enumerate(people) for row in person(one, teams[n % 5], teams[(n + 1) % 5])),
        *(assigned(f"{SETS}/ps-{s}", a, to_group=t) for s in names for a in accounts for t in teams),
    ]
    found = read_directory(snapshot(tmp_path, rows, roles, accounts))
    one, everybody = found.roles_of(user("person-7")), found.people_of(roles[0][1])
    assert (len(one), len(everybody)) == (2 * 20 * 1_000, 5 + 20_000)
    assert {way.state for way in (*one, *everybody)} == {"found"}


def test_the_public_list_has_what_pages_and_terminal_need() -> None:
    wanted = {"AccountAccess", "Directory", "DirectoryGroup", "DirectoryUser", "RoleState", "read_directory"}
    assert wanted <= set(access.__all__)
    assert all(hasattr(access, name) for name in access.__all__)
