"""The checks before the wizard: can this machine connect anything at all? Imports `platform`, `checks`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cloud_entitlements.aws.checks import CheckKind, CheckResult
from cloud_entitlements.aws.failures import Cause, Failure, from_error
from cloud_entitlements.aws.platform import QUICK, PlatformIdentity, discover, policy_for_platform, who_calls
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
        cause = Cause(
            "these are a person's own credentials",
            "start with this machine's role, or insist: `ciem doctor --store`",
        )
        return CheckResult(
            SAME.code, "failed", "", Failure("personal_identity", SAME.call, f"`{identity.arn}`", (cause,))
        )
    if stored is None:
        return CheckResult(SAME.code, "skipped", "none is stored yet; `ciem doctor --store` stores this one")
    if stored.arn == identity.arn:
        return CheckResult(SAME.code, "passed", f"`{stored.arn}`")
    cause = Cause(
        f"templates trust `{stored.arn}`, and the credentials here belong to `{identity.arn}`",
        "start with the stored identity's credentials; or store this one by `ciem doctor --store` and update every stack",
    )
    return CheckResult(
        SAME.code,
        "failed",
        "",
        Failure("other_principal", SAME.call, "the caller is another principal", (cause,)),
    )


def _may_assume(sessions: AwsSessions, identity: PlatformIdentity, role_path: str) -> CheckResult:
    """AWS's simulator sees identity policies and SCPs; where it may not be asked, nothing is claimed."""
    statement = policy_for_platform(identity.partition, role_path)["Statement"][0]
    resource = statement["Resource"].replace("::*:", "::000000000000:").replace("*", "doctor")
    try:
        answer = sessions.platform(QUICK).client("iam").simulate_principal_policy(
            PolicySourceArn=identity.arn, ActionNames=["sts:AssumeRole"], ResourceArns=[resource]
        )  # fmt: skip
        decision: str = answer["EvaluationResults"][0]["EvalDecision"]
    except Exception as error:  # noqa: BLE001
        why = from_error(error, MAY_ASSUME.call).message
        return CheckResult(
            MAY_ASSUME.code, "skipped", f"not proven, for AWS's simulator can't be asked: {why}"
        )
    if decision == "allowed":
        return CheckResult(MAY_ASSUME.code, "passed", f"`{resource}`")
    policy = json.dumps(policy_for_platform(identity.partition, role_path))
    cause = Cause(
        "its policies, or an SCP on its account, do not allow `sts:AssumeRole` on these roles", policy
    )
    return CheckResult(
        MAY_ASSUME.code, "failed", "", Failure("platform_may_not_assume", MAY_ASSUME.call, decision, (cause,))
    )
