"""The connect checks, in order, each a line on the page: state, the call, AWS's words, ranked causes.

A check that proves a refusal passes on AccessDenied alone; any other error leaves it unproven, and unproven
is failed. Imports `sessions`, `failures`, `platform`, `pasted`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cloud_entitlements.aws.failures import Cause, Failure, from_error, is_denied
from cloud_entitlements.aws.platform import QUICK, who_calls
from cloud_entitlements.aws.sessions import AwsSession, AwsSessions, RoleToAssume, SwitchedOff

State = Literal["waiting", "running", "passed", "failed", "skipped"]
PROPAGATION_SECONDS = 60
PAUSE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class CheckKind:
    code: str
    title: str
    call: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    code: str
    state: State
    detail: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as a seam: tests don't wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


ROLE_ASSUMED = CheckKind("role_assumed", "The role can be assumed", "sts:AssumeRole")
REFUSED_WITHOUT = CheckKind(
    "refused_without_external_id", "It refuses without the external id", "sts:AssumeRole"
)
REFUSED_WRONG = CheckKind(
    "refused_with_wrong_external_id", "It refuses a wrong external id", "sts:AssumeRole"
)
MANAGEMENT_ACCOUNT = CheckKind(
    "management_account", "It is in the management account", "organizations:DescribeOrganization"
)
RIGHT_ACCOUNT = CheckKind("right_account", "It is in the account named", "sts:GetCallerIdentity")
ORGANIZATION_READ = CheckKind("organization_read", "The organization can be read", "organizations:ListRoots")
ACCOUNTS_LISTED = CheckKind(
    "accounts_listed", "Units and accounts are listed", "organizations:ListAccountsForParent"
)
MEMBER_ROLES = CheckKind("member_roles", "The roles in the accounts answer", "sts:AssumeRole")
FIRST_COLLECTION = CheckKind(
    "first_collection", "Identities and policies are collected", "iam:GetAccountAuthorizationDetails"
)

CHECKS_ORGANIZATION = (
    ROLE_ASSUMED, REFUSED_WITHOUT, REFUSED_WRONG, MANAGEMENT_ACCOUNT, ORGANIZATION_READ, ACCOUNTS_LISTED,
    MEMBER_ROLES, FIRST_COLLECTION,
)  # fmt: skip
CHECKS_ACCOUNT = (ROLE_ASSUMED, REFUSED_WITHOUT, REFUSED_WRONG, RIGHT_ACCOUNT, FIRST_COLLECTION)


def prove_role(
    sessions: AwsSessions,
    role: RoleToAssume,
    clock: Clock | None = None,
    patience_seconds: float | None = None,
) -> Iterator[CheckResult]:
    """The first three checks. Ends at the first that fails; nothing after it is known then."""
    for result in _assumed(
        sessions,
        role,
        clock or Clock(),
        PROPAGATION_SECONDS if patience_seconds is None else patience_seconds,
    ):
        yield result
        if result.state == "failed":
            return
    for kind, external_id in ((REFUSED_WITHOUT, None), (REFUSED_WRONG, secrets.token_urlsafe(32))):
        yield CheckResult(kind.code, "running")
        result = refused(sessions, RoleToAssume(role.arn, external_id), kind)
        yield result
        if result.state == "failed":
            return


def _assumed(
    sessions: AwsSessions, role: RoleToAssume, clock: Clock, seconds: float
) -> Iterator[CheckResult]:
    """A new role can be refused for up to a minute: IAM is eventually consistent."""
    started = clock.now()
    yield CheckResult(ROLE_ASSUMED.code, "running", "asking AWS")
    while True:
        error = _try_to_assume(sessions, role)
        waited = clock.now() - started
        if error is None:
            yield CheckResult(ROLE_ASSUMED.code, "passed", f"assumed `{role.arn}`")
            return
        if not is_denied(error) or waited + PAUSE_SECONDS > seconds:
            yield CheckResult(
                ROLE_ASSUMED.code, "failed", "the role was not assumed", why_refused(error, role.arn)
            )
            return
        detail = f"AWS can take {seconds:.0f} s to know a new role, retrying ({waited:.0f} s)"
        yield CheckResult(ROLE_ASSUMED.code, "running", detail)
        clock.sleep(PAUSE_SECONDS)


def _try_to_assume(sessions: AwsSessions, role: RoleToAssume) -> Exception | None:
    try:
        sessions.assume(role, QUICK)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  the caller explains it
        return error
    return None


def why_refused(error: Exception, role_arn: str) -> Failure:
    """AWS answers one AccessDenied for four causes; its words rule some out."""
    failure = from_error(error, "sts:AssumeRole")
    if failure.code not in ("denied", "not_allowed"):
        return failure
    code = "assume_refused" if failure.code == "denied" else "platform_may_not_assume"
    causes = _REFUSED if failure.code == "denied" else (_PLATFORM_MAY_NOT,)
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    ranked = tuple(
        Cause(
            cause.text.format(name=name, account=account),
            cause.fix.format(name=name, account=account, arn=role_arn),
        )
        for cause in causes
    )
    return Failure(code, failure.call, failure.message, ranked, failure.request_id)


_PLATFORM_MAY_NOT = Cause(
    "the platform's own identity lacks `sts:AssumeRole` on this role",
    "run `ciem doctor`: it prints the policy that the platform's identity needs",
)
_REFUSED = (
    Cause(
        "there is no role `{name}` in account {account}: the stack is not complete, failed, or was deleted",
        "aws cloudformation describe-stacks --query \"Stacks[?contains(StackName,'cloud-entitlements')].[StackName,StackStatus]\"",
    ),
    Cause(
        "the role was made by a template of another connection, with another external id",
        "download the template of this connection and update the stack with it",
    ),
    Cause(
        "the role trusts another principal: the platform's identity changed after the template was downloaded",
        "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument",
    ),
    Cause(
        "the RoleArn was mistyped, or its path was left out", "copy the output `RoleArn` of the stack again"
    ),
    _PLATFORM_MAY_NOT,
)


def refused(sessions: AwsSessions, role: RoleToAssume, kind: CheckKind) -> CheckResult:
    """Passes when AWS answers AccessDenied to this external id, or to none."""
    error = _try_to_assume(sessions, role)
    if error is None:
        return CheckResult(kind.code, "failed", "the role was assumed all the same", _too_open(role))
    if is_denied(error):
        return CheckResult(kind.code, "passed", "refused, as it must be")
    return CheckResult(
        kind.code, "failed", "not proven: AWS answered something else", from_error(error, kind.call)
    )


def _too_open(role: RoleToAssume) -> Failure:
    how = "without an external id" if role.external_id is None else "with a wrong external id"
    cause = Cause(
        f"the role's trust policy admits the platform {how}: anyone who uses the same platform could reach this account",
        "update the stack with this connection's template, unchanged; it restores the condition on `sts:ExternalId`",
    )
    return Failure("trust_too_open", "sts:AssumeRole", f"assumed {how}", (cause,))


def check_right_account(session: AwsSession, account_id: str) -> CheckResult:
    try:
        caller = who_calls(session)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001
        return _failed(RIGHT_ACCOUNT, error)
    if caller.account_id == account_id:
        return CheckResult(RIGHT_ACCOUNT.code, "passed", f"account `{account_id}`")
    cause = Cause(
        "the stack was made in another account", f"create the stack in `{account_id}`, then paste its RoleArn"
    )
    failure = Failure("other_account", RIGHT_ACCOUNT.call, f"the role is in `{caller.account_id}`", (cause,))
    return CheckResult(RIGHT_ACCOUNT.code, "failed", "", failure)


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    management_account_id: str
    feature_set: str


def check_management_account(
    session: AwsSession, role_account: str, known_organization_id: str | None
) -> tuple[CheckResult, Organization | None]:
    """The role's account manages an organization with all features, the one that was connected before."""
    try:
        answer: dict[str, Any] = session.client("organizations").describe_organization()["Organization"]
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001
        return _failed(MANAGEMENT_ACCOUNT, error), None
    found = Organization(answer["Id"], answer["MasterAccountId"], answer.get("FeatureSet", ""))
    failure = _not_this_organization(found, role_account, known_organization_id)
    if failure is not None:
        return CheckResult(MANAGEMENT_ACCOUNT.code, "failed", "", failure), None
    return CheckResult(
        MANAGEMENT_ACCOUNT.code, "passed", f"account `{role_account}` manages `{found.id}`"
    ), found


def _not_this_organization(found: Organization, role_account: str, known: str | None) -> Failure | None:
    call = MANAGEMENT_ACCOUNT.call
    if found.management_account_id != role_account:
        cause = Cause(
            "the stack was made in a member account",
            f"delete it there; create it in the management account `{found.management_account_id}`",
        )
        message = (
            f"the role is in `{role_account}`, the management account is `{found.management_account_id}`"
        )
        return Failure("not_management_account", call, message, (cause,))
    if known is not None and known != found.id:
        cause = Cause(
            "the RoleArn belongs to another organization", "connect that one separately, under its own name"
        )
        return Failure(
            "other_organization", call, f"found `{found.id}`, this connection is `{known}`", (cause,)
        )
    if found.feature_set != "ALL":
        cause = Cause(
            "only consolidated billing is on, so StackSets can't deploy to the members",
            "aws organizations enable-all-features",
        )
        return Failure("features_off", call, f"the feature set is `{found.feature_set}`", (cause,))
    return None


def check_targets(targets: Sequence[str], root_ids: Sequence[str], unit_ids: Sequence[str]) -> CheckResult:
    """What was declared is found in the organization that was read."""
    missing = [target for target in targets if target not in {*root_ids, *unit_ids}]
    if not missing:
        return CheckResult(ORGANIZATION_READ.code, "passed", f"root `{', '.join(root_ids)}`")
    cause = Cause(
        "the id was typed for another organization, or the unit was deleted",
        f"the root of this organization is `{', '.join(root_ids)}`: correct the targets by Edit",
    )
    message = f"no such root or unit: {', '.join(f'`{target}`' for target in missing)}"
    return CheckResult(
        ORGANIZATION_READ.code,
        "failed",
        "",
        Failure("target_not_found", ORGANIZATION_READ.call, message, (cause,)),
    )


_NOT_IN_USE = Cause(
    "the account belongs to no organization",
    "connect it as an Account, or create the stack in the management account",
)


def _failed(kind: CheckKind, error: Exception) -> CheckResult:
    failure = from_error(error, kind.call)
    if failure.code == "AWSOrganizationsNotInUseException":
        failure = Failure(
            "not_in_organization", failure.call, failure.message, (_NOT_IN_USE,), failure.request_id
        )
    return CheckResult(kind.code, "failed", "", failure)
