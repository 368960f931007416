from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloud_entitlements.aws.doctor import examine
from cloud_entitlements.aws.failures import Failure
from cloud_entitlements.aws.platform import PlatformIdentity, discover, policy_for_platform
from cloud_entitlements.aws.sessions import AwsSessions, forget_platform_credentials
from cloud_entitlements.simulator.process import Running

ROLE = "arn:aws:iam::999988887777:role/platform/cloud-entitlements-server"
NARROW = "arn:aws:iam::999988887777:role/platform/may-not-ask-iam"
USER = "arn:aws:iam::999988887777:user/platform/cloud-entitlements"


def become(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform runs under a role, as on EC2: a session, whose ARN has lost the path."""
    sts = AwsSessions().platform().client("sts")
    got = sts.assume_role(RoleArn=role, RoleSessionName="i-0123456789")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", got["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", got["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", got["SessionToken"])
    forget_platform_credentials()


@pytest.fixture
def as_role(platform: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    become(ROLE, monkeypatch)
    yield
    forget_platform_credentials()


def identity(found: PlatformIdentity | Failure) -> PlatformIdentity:
    assert isinstance(found, PlatformIdentity), found
    return found


def test_a_user_is_found_with_its_path(platform: Running) -> None:
    assert identity(discover(AwsSessions(), None)) == PlatformIdentity("999988887777", USER, "aws", "user")


def test_a_role_behind_a_session_is_found_with_its_path(as_role: None) -> None:
    assert identity(discover(AwsSessions(), None)) == PlatformIdentity("999988887777", ROLE, "aws", "role")


def test_where_iam_may_not_be_asked_the_setting_says_it(
    platform: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(NARROW, monkeypatch)
    found = discover(AwsSessions(), None)
    assert isinstance(found, Failure)
    assert (found.code, "CIEM_PLATFORM_PRINCIPAL" in found.causes[0].fix) == ("path_unknown", True)
    assert identity(discover(AwsSessions(), NARROW)).arn == NARROW
    forget_platform_credentials()


def test_a_setting_that_names_somebody_else_is_refused(as_role: None) -> None:
    for wrong in (USER, ROLE + "-other", ROLE.replace("999988887777", "111111111111")):
        found = discover(AwsSessions(), wrong)
        assert isinstance(found, Failure)
        assert found.code == "other_principal"


def test_no_credentials_are_explained() -> None:
    forget_platform_credentials()
    found = discover(AwsSessions(), None)
    assert isinstance(found, Failure)
    assert (found.code, bool(found.causes)) == ("no_credentials", True)


def test_a_persons_own_sign_in_is_noticed() -> None:
    arn = (
        "arn:aws:iam::999988887777:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    )
    assert PlatformIdentity("999988887777", arn, "aws", "role").personal
    assert not PlatformIdentity("999988887777", ROLE, "aws", "role").personal


def test_the_doctor_compares_with_what_is_stored(platform: Running) -> None:
    def states(stored: PlatformIdentity | None) -> dict[str, str]:
        return {
            result.code: result.state
            for result in examine(AwsSessions(), stored, None, "/cloud-entitlements/")
        }

    same = PlatformIdentity("999988887777", USER, "aws", "user")
    other = PlatformIdentity("999988887777", ROLE, "aws", "role")
    assert states(None)["same_identity"] == "skipped"
    assert states(same)["same_identity"] == "passed"
    assert states(other)["same_identity"] == "failed"


def test_the_platforms_policy_allows_its_own_roles_alone() -> None:
    (assume, know) = policy_for_platform("aws-us-gov", "/cloud-entitlements/", ROLE)["Statement"]
    assert assume["Resource"] == "arn:aws-us-gov:iam::*:role/cloud-entitlements/*"
    assert know["Resource"] == ROLE
