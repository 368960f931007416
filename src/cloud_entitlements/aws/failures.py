"""A failure: what was called, what AWS said, and what probably causes it, ranked, each with its fix.

`from_error` reads any exception of botocore. AWS's words tell some denials apart: service control policy,
resource control policy, boundary, missing identity policy. Imports botocore alone.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import exceptions as boto

MAX_MESSAGE = 600


@dataclass(frozen=True, slots=True)
class Cause:
    text: str
    fix: str
    """A line to copy, or a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    call: str
    message: str
    """AWS's own words where AWS answered."""
    causes: tuple[Cause, ...] = field(default=())
    request_id: str = ""


DENIED_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "UnauthorizedAccess",
    }
)
_THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_BAD_KEYS = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "AuthFailure",
    }
)

CLOCK = Cause(
    "this machine's clock is wrong", "set the clock by NTP, e.g. `timedatectl set-ntp true`, then retry"
)
_NO_CREDENTIALS = Cause(
    "boto3 finds no AWS credentials on this machine",
    "give the machine a role, or set a profile; see the page on credentials, then run `ciem doctor`",
)

_CALLER = re.compile(r"User: arn:[\w-]+:(?:iam|sts)::(\d{12}):")
_DISK = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES})
_FULL = Cause(
    "the data folder is full or can't be written", "make room there, or set CIEM_DATA_DIR, then retry"
)
_DENIED_BY = (
    ("resource control policy", "denied_by_rcp"),
    ("service control policy", "denied_by_scp"),
    ("permissions boundary", "denied_by_boundary"),
    ("session policy", "denied_by_session_policy"),
    ("no identity-based policy allows", "not_allowed"),
)


def from_error(error: Exception, call: str) -> Failure:
    """`call` is the API operation in the CLI's style, e.g. `sts:AssumeRole`."""
    if isinstance(error, boto.ClientError):
        return _from_answer(error, call)
    code, causes = _without_answer(error)
    return Failure(code, call, _shortened(str(error)), causes)


def is_denied(error: Exception) -> bool:
    return isinstance(error, boto.ClientError) and error.response["Error"].get("Code") in DENIED_CODES


def _from_answer(error: Any, call: str) -> Failure:
    said: Mapping[str, str] = error.response.get("Error", {})
    aws_code, message = said.get("Code", "unknown"), said.get("Message", "")
    code, causes = _explained(aws_code, message)
    request_id = error.response.get("ResponseMetadata", {}).get("RequestId", "")
    return Failure(code, call, _shortened(f"{aws_code}: {message}"), causes, request_id)


def _explained(aws_code: str, message: str) -> tuple[str, tuple[Cause, ...]]:
    if aws_code in DENIED_CODES:
        code = next((code for words, code in _DENIED_BY if words in message), "denied")
        return code, causes_of(code, message)
    if aws_code in _THROTTLED:
        return "throttled", (
            Cause("AWS limits how fast this account may ask", "nothing to do: it is tried again"),
        )
    if aws_code in _EXPIRED:
        return "expired", (
            Cause("the credentials ran out", "renew the sign-in of this machine, then retry"),
            CLOCK,
        )
    if aws_code in _BAD_KEYS:
        return "bad_credentials", (
            Cause("the access key was deleted, is inactive or mistyped", "run `ciem doctor` on this machine"),
            CLOCK,
        )
    return aws_code, ()


_DENIED_CAUSES = {
    "denied_by_scp": (
        Cause(
            "a service control policy denies it",
            "in AWS Organizations > Policies > Service control policies add an exception for the role, "
            "by `aws:PrincipalArn`",
        ),
    ),
    "denied_by_rcp": (
        Cause(
            "a resource control policy denies callers from outside the organization",
            "add to the Deny's Condition: "
            '"StringNotEqualsIfExists": {"aws:PrincipalAccount": "PLATFORM_ACCOUNT"}',
        ),
    ),
    "denied_by_boundary": (
        Cause(
            "the role's permissions boundary lacks the action",
            "allow the action in the boundary, or drop the boundary",
        ),
    ),
    "not_allowed": (
        Cause(
            "the role's own policy lacks the action: the stack is older than this program",
            "update the stack with a fresh template",
        ),
    ),
}


def causes_of(code: str, message: str = "") -> tuple[Cause, ...]:
    """Causes of a denial, with the caller's account from AWS's message in the line to copy."""
    caller = _CALLER.search(message)
    account = caller.group(1) if caller else "<the platform's account>"
    return tuple(
        Cause(cause.text, cause.fix.replace("PLATFORM_ACCOUNT", account))
        for cause in _DENIED_CAUSES.get(code, ())
    )


def _without_answer(error: Exception) -> tuple[str, tuple[Cause, ...]]:
    if isinstance(error, OSError) and error.errno in _DISK:
        return "disk", (_FULL,)
    for kinds, code, causes in _LOCAL:
        if isinstance(error, kinds):
            return code, causes
    return type(error).__name__, ()


_UNREACHABLE = Cause(
    "a firewall or proxy is between this machine and AWS",
    "allow HTTPS to *.amazonaws.com, or set HTTPS_PROXY",
)
_LOCAL: tuple[tuple[tuple[type[Exception], ...], str, tuple[Cause, ...]], ...] = (
    ((boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound), "no_credentials", (_NO_CREDENTIALS,)),
    ((boto.CredentialRetrievalError, boto.TokenRetrievalError, boto.UnauthorizedSSOTokenError, boto.SSOTokenLoadError),
     "expired", (Cause("the sign-in behind the credentials ran out", "sign in again, e.g. `aws sso login`, then retry"),)),
    ((boto.SSLError,), "tls", (
        Cause("a proxy intercepts TLS with a certificate of its own", "set AWS_CA_BUNDLE to the file with its CA"), CLOCK)),
    ((boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError), "unreachable", (_UNREACHABLE,)),
    ((boto.ReadTimeoutError,), "timeout", (Cause("AWS did not answer in time", "retry"), _UNREACHABLE)),
    ((boto.ConnectionClosedError, boto.ResponseStreamingError, boto.IncompleteReadError), "reset", (
        Cause("the connection broke off in the middle of an answer", "retry"),)),
)  # fmt: skip


def _shortened(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= MAX_MESSAGE else f"{line[: MAX_MESSAGE - 1]}…"
