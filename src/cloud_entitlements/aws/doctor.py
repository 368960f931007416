"""The checks before the wizard: can this machine connect anything at all? Imports `platform`, `checks`."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.aws.checks import CheckKind, CheckResult
from cloud_entitlements.aws.failures import Failure, explain, from_error
from cloud_entitlements.aws.platform import (
    QUICK,
    PlatformIdentity,
    discover,
    policy_for_platform,
    simulated,
    who_calls,
)
from cloud_entitlements.aws.sessions import AwsSessions

CREDENTIALS = CheckKind("credentials", "AWS credentials are there and valid", "sts:GetCallerIdentity")
IDENTITY = CheckKind("identity", "The caller's ARN is known, with its path", "iam:GetRole")
SAME = CheckKind(
    "same_identity", "The caller is the stored identity, which templates trust", "sts:GetCallerIdentity"
)
MAY_ASSUME = CheckKind(
    "may_assume", "It may assume the roles that templates make", "iam:SimulatePrincipalPolicy"
)
CHECKS_DOCTOR = (CREDENTIALS, IDENTITY, SAME, MAY_ASSUME)


def examine(
    sessions: AwsSessions, stored: PlatformIdentity | None, override: str | None, role_path: str
) -> Iterator[CheckResult]:
    """Ends at the first check without which the next ones mean nothing."""
    session = sessions.platform(QUICK)
    try:
        caller = who_calls(session)
    except Exception as error:  # noqa: BLE001  whatever botocore raises is explained
        yield CheckResult(CREDENTIALS.code, "failed", "", from_error(error, CREDENTIALS.call))
        return
    yield CheckResult(CREDENTIALS.code, "passed", f"`{caller.arn}`")
    identity = discover(sessions, override)
    if isinstance(identity, Failure):
        yield CheckResult(IDENTITY.code, "failed", "", identity)
        return
    yield CheckResult(IDENTITY.code, "passed", f"`{identity.arn}`")
    yield _same(identity, stored)
    yield _may_assume(sessions, identity, role_path)


def _same(identity: PlatformIdentity, stored: PlatformIdentity | None) -> CheckResult:
    if stored is None and identity.personal:
        return CheckResult(
            SAME.code, "failed", "", explain("personal_identity", SAME.call, f"`{identity.arn}`")
        )
    if stored is None:
        return CheckResult(SAME.code, "skipped", "none is stored yet; `ciem doctor --store` stores this one")
    if stored.arn == identity.arn:
        return CheckResult(SAME.code, "passed", f"`{stored.arn}`")
    arns = {"stored_arn": stored.arn, "caller_arn": identity.arn}
    failure = explain("other_principal", SAME.call, "the caller is another principal", **arns)
    return CheckResult(SAME.code, "failed", "", failure)


def _may_assume(sessions: AwsSessions, identity: PlatformIdentity, role_path: str) -> CheckResult:
    """AWS's simulator sees identity policies and SCPs; where it may not be asked, nothing is claimed."""
    policy = policy_for_platform(identity.partition, role_path)
    resource = policy["Statement"][0]["Resource"].replace("::*:", "::000000000000:").replace("*", "doctor")
    verdict = simulated(sessions, identity, resource)
    if verdict == "unknown":
        return CheckResult(MAY_ASSUME.code, "skipped", "not proven: AWS's simulator may not be asked")
    if verdict == "allowed":
        return CheckResult(MAY_ASSUME.code, "passed", f"`{resource}`")
    code = "platform_denied_by_scp" if verdict == "denied_by_scp" else "platform_may_not_assume"
    facts = {"arn": resource, "platform_arn": identity.arn, "platform_account": identity.account_id}
    failure = explain(code, MAY_ASSUME.call, "AWS's simulator says that it is denied", **facts)
    return CheckResult(MAY_ASSUME.code, "failed", "", failure)
