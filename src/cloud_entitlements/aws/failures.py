"""From an exception to a failure: which kind it is, in the words of `explained`.

`from_error` reads any exception of botocore, and those of ours that carry `failure_code`. AWS's words tell some
denials apart: service control policy, resource control policy, boundary, missing identity policy. Imports
`explained` and botocore.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from cloud_entitlements.aws.explained import Cause, Failure, causes_of, explain

__all__ = ["DENIED_CODES", "Cause", "Failure", "causes_of", "explain", "from_error", "is_denied", "is_sealed"]

MAX_MESSAGE = 600

DENIED_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "UnauthorizedAccess",
    }
)
_CODES = {
    **dict.fromkeys(
        ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"),
        "throttled",
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), "expired"),
    **dict.fromkeys(("RequestExpired", "RequestTimeTooSkewed"), "clock"),
    **dict.fromkeys(
        (
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "InvalidAccessKeyId",
            "AuthFailure",
        ),
        "bad_credentials",
    ),
}
_SKEWED = re.compile(r"Signature (?:expired|not yet current)")
_CALLER = re.compile(r"User: (arn:[\w-]+:(?:iam|sts)::(\d{12}):\S+)")
_DENIED_BY = (
    ("resource control policy", "denied_by_rcp"),
    ("service control policy", "denied_by_scp"),
    ("permissions boundary", "denied_by_boundary"),
    ("session policy", "denied_by_session_policy"),
    ("no identity-based policy allows", "not_allowed"),
)
_SEALED = re.compile(r"perform: kms:\w+ on the resource associated with this ciphertext")
_DISK = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES})
_UNRESOLVED = re.compile(
    r"NameResolutionError|Failed to resolve|getaddrinfo|Name or service not known", re.IGNORECASE
)


def from_error(error: Exception, call: str, **facts: str) -> Failure:
    """`call` is the API operation in the CLI's style, e.g. `sts:AssumeRole`; facts fill the texts."""
    if isinstance(error, boto.ClientError):
        return _from_answer(error, call, facts)
    return explain(_without_answer(error), call, _shortened(str(error)), **facts)


def is_denied(error: Exception) -> bool:
    return isinstance(error, boto.ClientError) and error.response["Error"].get("Code") in DENIED_CODES


def is_sealed(error: Exception) -> bool:
    """What was asked for is encrypted with a KMS key that could not be used: denied, disabled or gone."""
    if not isinstance(error, boto.ClientError):
        return False
    said = error.response["Error"]
    if _CODES.get(said.get("Code", "")) == "throttled":
        return False  # KMS was asked too fast, which passes
    by_key = str(error.response.get("Reason", "")).upper().startswith("KMS_")
    return by_key or (said.get("Code") in DENIED_CODES and bool(_SEALED.search(said.get("Message", ""))))


def denied_by(message: str) -> str:
    """Which layer AWS's message blames; plain `denied` when it blames none."""
    return next((code for words, code in _DENIED_BY if words in message), "denied")


def _from_answer(error: Any, call: str, facts: Mapping[str, str]) -> Failure:
    said: Mapping[str, str] = error.response.get("Error", {})
    aws_code, message = said.get("Code", "unknown"), said.get("Message", "")
    code = denied_by(message) if aws_code in DENIED_CODES else _CODES.get(aws_code, aws_code)
    if is_sealed(error):
        code = "kms_key_refused"
    if code == "bad_credentials" and _SKEWED.search(message):
        code = "clock"
    request_id = error.response.get("ResponseMetadata", {}).get("RequestId", "")
    text = _shortened(f"{aws_code}: {message}")
    return explain(code, call, text, request_id, **{**_caller(message), **facts})


def named_caller(message: str) -> tuple[str, str] | None:
    """ARN and account of whom a denial names as its caller."""
    found = _CALLER.search(message)
    return (found[1], found[2]) if found else None


def _caller(message: str) -> dict[str, str]:
    found = named_caller(message)
    return {"caller_arn": found[0], "caller_account": found[1]} if found else {}


def _without_answer(error: Exception) -> str:
    own = getattr(error, "failure_code", None)
    if isinstance(own, str):
        return own
    if isinstance(error, OSError) and error.errno in _DISK:
        return "disk"
    if isinstance(error, boto.EndpointConnectionError) and _UNRESOLVED.search(_chain(error)):
        return "dns"
    return next((code for kinds, code in _LOCAL if isinstance(error, kinds)), type(error).__name__)


def _chain(error: BaseException | None) -> str:
    """The words of an error and of what caused it: botocore hides the resolver's."""
    words: list[str] = []
    while error is not None and len(words) < 8:  # noqa: PLR2004  far deeper than urllib3 goes
        words.append(f"{type(error).__name__} {error} {getattr(error, 'kwargs', '')}")
        error = error.__cause__ or error.__context__
    return " ".join(words)


_LOCAL: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound), "no_credentials"),
    (
        (
            boto.CredentialRetrievalError,
            boto.TokenRetrievalError,
            boto.UnauthorizedSSOTokenError,
            boto.SSOTokenLoadError,
        ),
        "expired",
    ),
    ((boto.SSLError,), "tls"),
    ((boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError), "unreachable"),
    ((boto.ReadTimeoutError,), "timeout"),
    (
        (
            boto.ConnectionClosedError,
            boto.ResponseStreamingError,
            boto.IncompleteReadError,
            ResponseParserError,
        ),
        "reset",
    ),
)


def _shortened(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= MAX_MESSAGE else f"{line[: MAX_MESSAGE - 1]}…"
