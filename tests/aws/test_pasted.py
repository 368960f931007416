from __future__ import annotations

import pytest

from cloud_entitlements.aws.pasted import (
    Problem,
    RoleArn,
    Targets,
    parse_account_id,
    parse_role_arn,
    parse_targets,
)


@pytest.mark.parametrize(
    ("pasted", "ids"),
    [
        ("r-ab12", ("r-ab12",)),
        ("  R-AB12\n", ("r-ab12",)),
        ('"r-ab12"', ("r-ab12",)),
        ("ou-ab12-c3d4e5f6", ("ou-ab12-c3d4e5f6",)),
        ("ou-ab12-c3d4e5f6, ou-ab12-00000000;ou-ab12-c3d4e5f6", ("ou-ab12-c3d4e5f6", "ou-ab12-00000000")),
        (["ou-ab12-c3d4e5f6", "ou-ab12-00000000"], ("ou-ab12-c3d4e5f6", "ou-ab12-00000000")),
    ],
)
def test_root_and_unit_ids_are_read_forgivingly(pasted: str | list[str], ids: tuple[str, ...]) -> None:
    assert parse_targets(pasted) == Targets(ids)


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("", "target_missing"),
        ("o-a1b2c3d4e5", "target_is_organization"),
        ("123456789012", "target_is_account"),
        ("1234-5678-9012", "target_is_account"),
        ("arn:aws:organizations::123456789012:root/o-a1b2c3d4e5/r-ab12", "target_is_arn"),
        ("r-", "target_malformed"),
        ("ou-ab12", "target_malformed"),
        ("Production", "target_unknown"),
        ("r-ab12 r-cd34", "two_roots"),
        ("r-ab12 ou-ab12-c3d4e5f6", "root_with_units"),
    ],
)
def test_what_people_paste_by_mistake_is_told_where_the_right_one_stands(pasted: str, code: str) -> None:
    problem = parse_targets(pasted)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert problem.text
    assert problem.fix


@pytest.mark.parametrize("pasted", ["123456789012", " 123456789012 ", "1234-5678-9012", '"123456789012"'])
def test_an_account_id_is_read_forgivingly(pasted: str) -> None:
    assert parse_account_id(pasted) == "123456789012"


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("", "account_missing"),
        ("12345678901", "account_malformed"),
        ("r-ab12", "account_is_organization"),
        ("my account", "account_malformed"),
    ],
)
def test_a_wrong_account_id_is_explained(pasted: str, code: str) -> None:
    problem = parse_account_id(pasted)
    assert isinstance(problem, Problem)
    assert problem.code == code


def test_a_role_arn_keeps_its_path_and_names_its_sisters() -> None:
    role = parse_role_arn(" 'arn:aws:iam::123456789012:role/cloud-entitlements/deep/name-1'\n")
    assert role == RoleArn(
        "arn:aws:iam::123456789012:role/cloud-entitlements/deep/name-1",
        "aws",
        "123456789012",
        "/cloud-entitlements/deep/",
        "name-1",
    )
    assert role.in_account("210987654321") == "arn:aws:iam::210987654321:role/cloud-entitlements/deep/name-1"


def test_a_role_without_a_path_stands_at_the_root() -> None:
    role = parse_role_arn("arn:aws-cn:iam::123456789012:role/name")
    assert isinstance(role, RoleArn)
    assert (role.path, role.in_account("210987654321")) == ("/", "arn:aws-cn:iam::210987654321:role/name")


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("", "role_missing"),
        ("cloud-entitlements-1234", "role_not_arn"),
        ("arn:aws:sts::123456789012:assumed-role/name/session", "role_other_kind"),
        ("arn:aws:iam::123456789012:user/name", "role_other_kind"),
        ("arn:aws:iam::123456789012:instance-profile/name", "role_other_kind"),
        ("arn:aws:iam::123456789012:policy/name", "role_other_kind"),
        ("arn:aws:cloudformation:us-east-1:123456789012:stack/name/id", "role_other_kind"),
        ("arn:aws:s3:::bucket", "role_other_kind"),
        ("arn:aws:iam::123456789012:role/", "role_other_kind"),
        ("arn:aws:iam::12345:role/name", "role_account_malformed"),
        ("arn:gov:iam::123456789012:role/name", "role_partition_unknown"),
        ("arn:aws:iam::123456789012:role/na!me", "role_malformed"),
        ("arn:aws-us-gov:iam::123456789012:role/name", "role_other_partition"),
        ("arn:aws:iam::999999999999:role/name", "role_other_account"),
    ],
)
def test_a_wrong_role_arn_is_explained(pasted: str, code: str) -> None:
    problem = parse_role_arn(pasted, expected_account="123456789012", expected_partition="aws")
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert problem.fix
