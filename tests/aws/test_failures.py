from __future__ import annotations

import errno
from typing import Any

import pytest
from botocore import exceptions as boto

from cloud_entitlements.aws.failures import from_error, is_denied


def answer(code: str, message: str = "", **more: str) -> boto.ClientError:
    told = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RequestId": "r-1"}, **more}
    return boto.ClientError(told, "Any")


USER = "User: arn:aws:sts::999988887777:assumed-role/p/s is not authorized to perform: x:Y "
SEALED = (
    "User: arn:aws:sts::210000000001:assumed-role/r/s is not authorized to perform: kms:Decrypt on the resource "
    "associated with this ciphertext because no identity-based policy allows the kms:Decrypt action"
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (answer("AccessDenied", USER + "with an explicit deny in a service control policy"), "denied_by_scp"),
        (
            answer("AccessDenied", USER + "with an explicit deny in a resource control policy"),
            "denied_by_rcp",
        ),
        (
            answer("AccessDenied", USER + "because no permissions boundary allows the x:Y action"),
            "denied_by_boundary",
        ),
        (
            answer("AccessDeniedException", USER + "because no identity-based policy allows the x:Y action"),
            "not_allowed",
        ),
        (
            answer("AccessDenied", USER + "because no session policy allows the x:Y action"),
            "denied_by_session_policy",
        ),
        (answer("SignatureDoesNotMatch", "Signature not yet current: …"), "clock"),
        (answer("AccessDenied", USER), "denied"),
        (answer("AccessDeniedException", SEALED, Reason="KMS_AccessDeniedException"), "kms_key_refused"),
        (answer("AccessDeniedException", SEALED, Reason="KMS_ACCESS_DENIED"), "kms_key_refused"),
        (answer("AccessDeniedException", SEALED), "kms_key_refused"),
        (answer("ValidationException", "disabled", Reason="KMS_DISABLED"), "kms_key_refused"),
        (answer("ResourceNotFoundException", "gone", Reason="KMS_NotFoundException"), "kms_key_refused"),
        (answer("ThrottlingException", "Rate exceeded", Reason="KMS_THROTTLING"), "throttled"),
        (answer("AccessDenied", USER.replace("x:Y", "kms:Decrypt")), "denied"),
        (answer("Throttling", "Rate exceeded"), "throttled"),
        (answer("TooManyRequestsException"), "throttled"),
        (answer("ExpiredToken"), "expired"),
        (answer("InvalidClientTokenId"), "bad_credentials"),
        (answer("SignatureDoesNotMatch"), "bad_credentials"),
        (boto.NoCredentialsError(), "no_credentials"),
        (boto.TokenRetrievalError(provider="sso", error_msg="expired"), "expired"),
        (boto.SSLError(endpoint_url="https://x", error="self-signed"), "tls"),
        (boto.EndpointConnectionError(endpoint_url="https://x"), "unreachable"),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), "unreachable"),
        (boto.ReadTimeoutError(endpoint_url="https://x"), "timeout"),
        (boto.ConnectionClosedError(endpoint_url="https://x"), "reset"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_has_its_code_and_causes_with_their_fixes(error: Exception, code: str) -> None:
    failure = from_error(error, "x:Y")
    assert (failure.code, failure.call) == (code, "x:Y")
    assert failure.message
    assert failure.causes
    assert all(cause.text and cause.fix for cause in failure.causes)


def test_an_unknown_answer_keeps_aws_own_words_and_the_request_id() -> None:
    failure = from_error(answer("SomethingNew", "what is\nthis"), "x:Y")
    assert (failure.code, failure.message, failure.request_id) == (
        "SomethingNew",
        "SomethingNew: what is this",
        "r-1",
    )


def test_the_line_to_copy_against_a_perimeter_names_the_platforms_account() -> None:
    said = USER + "with an explicit deny in a resource control policy"
    assert (
        '"aws:PrincipalAccount": "999988887777"'
        in from_error(answer("AccessDenied", said), "x:Y").causes[0].fix
    )


def test_a_message_of_any_length_is_kept_short() -> None:
    assert len(from_error(answer("X", "y" * 10_000), "x:Y").message) <= 600


@pytest.mark.parametrize(
    ("error", "denied"),
    [(answer("AccessDenied"), True), (answer("Throttling"), False), (ValueError(), False)],
)
def test_only_access_denied_is_a_denial(error: Any, denied: bool) -> None:
    assert is_denied(error) is denied
