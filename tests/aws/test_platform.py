from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from cloud_entitlements.aws.doctor import examine
from cloud_entitlements.aws.failures import Failure
from cloud_entitlements.aws.platform import PlatformIdentity, discover, policy_for_platform
from cloud_entitlements.aws.sessions import AwsSessions, forget_platform_credentials
from cloud_entitlements.simulator.process import Running

ROLE = "arn:aws:iam::999988887777:role/platform/cloud-entitlements-server"
NARROW = "arn:aws:iam::999988887777:role/platform/may-not-ask-iam"
PERSON = "arn:aws:iam::999988887777:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
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
        assert found.code == "other_than_setting"
        assert wrong in found.causes[0].text


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


def test_a_persons_own_sign_in_is_not_taken_unasked(
    platform: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(PERSON, monkeypatch)
    found = [result.failure.code for result in examine(AwsSessions(), None, PERSON, "/x/") if result.failure]
    assert found == ["personal_identity"]
    forget_platform_credentials()


ROOT_ANSWER = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::999988887777:root</Arn><UserId>999988887777</UserId><Account>999988887777</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


class Root(http.server.BaseHTTPRequestHandler):
    """An AWS to which the caller is the root user: the simulated one has no root keys, as nobody should."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(ROOT_ANSWER)))
        self.end_headers()
        self.wfile.write(ROOT_ANSWER)

    def log_message(self, *_: object) -> None: ...


def test_the_root_user_is_refused(platform: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Root)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        forget_platform_credentials()
        found = discover(AwsSessions(), None)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        forget_platform_credentials()
    assert isinstance(found, Failure)
    assert found.code == "root_credentials"
