"""The connect checks, in order, each a line on the page: state, the call, AWS's words, ranked causes.

A check that proves a refusal passes on AccessDenied alone; any other error leaves it unproven, and unproven
is failed. Imports `sessions`, `failures`, `narrowing`, `platform`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cloud_entitlements.aws.failures import Failure, explain, from_error, is_denied
from cloud_entitlements.aws.narrowing import PROPAGATION_SECONDS, Evidence, why_refused
from cloud_entitlements.aws.platform import QUICK, who_calls
from cloud_entitlements.aws.sessions import AwsSession, AwsSessions, RoleToAssume, SwitchedOff

State = Literal["waiting", "running", "passed", "failed", "skipped"]
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
    evidence: Evidence,
    clock: Clock | None = None,
    patience_seconds: float | None = None,
) -> Iterator[CheckResult]:
    """The first three checks. Ends at the first that fails; nothing after it is known then."""
    patience = PROPAGATION_SECONDS if patience_seconds is None else patience_seconds
    for result in _assumed(sessions, role, evidence, clock or Clock(sleep=sessions.pause), patience):
        yield result
        if result.state == "failed":
            return
    for kind, external_id in ((REFUSED_WITHOUT, None), (REFUSED_WRONG, secrets.token_urlsafe(32))):
        yield CheckResult(kind.code, "running")
        result = refused(sessions, RoleToAssume(role.arn, external_id), kind, evidence.known())
        yield result
        if result.state == "failed":
            return


def _assumed(
    sessions: AwsSessions, role: RoleToAssume, evidence: Evidence, clock: Clock, seconds: float
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
            failure = why_refused(error, sessions, evidence, waited)
            yield CheckResult(ROLE_ASSUMED.code, "failed", "the role was not assumed", failure)
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


def refused(
    sessions: AwsSessions, role: RoleToAssume, kind: CheckKind, facts: Mapping[str, str]
) -> CheckResult:
    """Passes when AWS answers AccessDenied to this external id, or to none."""
    error = _try_to_assume(sessions, role)
    if error is None:
        how = "without an external id" if role.external_id is None else "with a wrong external id"
        failure = explain("trust_too_open", kind.call, f"assumed {how}", **{**facts, "how": how})
        return CheckResult(kind.code, "failed", "the role was assumed all the same", failure)
    if is_denied(error):
        return CheckResult(kind.code, "passed", "refused, as it must be")
    return CheckResult(
        kind.code, "failed", "not proven: AWS answered something else", from_error(error, kind.call)
    )


def check_right_account(session: AwsSession, account_id: str) -> CheckResult:
    try:
        caller = who_calls(session)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001
        return _failed(RIGHT_ACCOUNT, error)
    if caller.account_id == account_id:
        return CheckResult(RIGHT_ACCOUNT.code, "passed", f"account `{account_id}`")
    facts = {"found": caller.account_id, "account": account_id}
    failure = explain("other_account", RIGHT_ACCOUNT.call, f"the role is in `{caller.account_id}`", **facts)
    return CheckResult(RIGHT_ACCOUNT.code, "failed", "", failure)


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    management_account_id: str
    feature_set: str


def check_management_account(
    session: AwsSession, role_account: str, known_organization_id: str | None, facts: Mapping[str, str]
) -> tuple[CheckResult, Organization | None]:
    """The role's account manages an organization with all features, the one that was connected before."""
    try:
        answer: dict[str, Any] = session.client("organizations").describe_organization()["Organization"]
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001
        return _unread(error, facts), None
    found = Organization(answer["Id"], answer["MasterAccountId"], answer.get("FeatureSet", ""))
    failure = _not_this_organization(found, role_account, known_organization_id)
    if failure is not None:
        return CheckResult(MANAGEMENT_ACCOUNT.code, "failed", "", failure), None
    return CheckResult(
        MANAGEMENT_ACCOUNT.code, "passed", f"account `{role_account}` manages `{found.id}`"
    ), found


def _unread(error: Exception, facts: Mapping[str, str]) -> CheckResult:
    failure = from_error(error, MANAGEMENT_ACCOUNT.call)
    code = "organizations_denied" if is_denied(error) else failure.code
    if code == "AWSOrganizationsNotInUseException":
        code = "not_in_organization"
    explained = explain(code, failure.call, failure.message, failure.request_id, **facts)
    return CheckResult(MANAGEMENT_ACCOUNT.code, "failed", "", explained)


def _not_this_organization(found: Organization, role_account: str, known: str | None) -> Failure | None:
    call = MANAGEMENT_ACCOUNT.call
    if found.management_account_id != role_account:
        message = (
            f"the role is in `{role_account}`, the management account is `{found.management_account_id}`"
        )
        facts = {"found": role_account, "manager": found.management_account_id}
        return explain("not_management_account", call, message, **facts)
    if known is not None and known != found.id:
        message = f"found `{found.id}`, this connection is `{known}`"
        return explain("other_organization", call, message, found=found.id, organization=known)
    if found.feature_set != "ALL":
        return explain("features_off", call, f"the feature set is `{found.feature_set}`")
    return None


def check_targets(targets: Sequence[str], root_ids: Sequence[str], unit_ids: Sequence[str]) -> CheckResult:
    """What was declared is found in the organization that was read."""
    missing = [target for target in targets if target not in {*root_ids, *unit_ids}]
    root = ", ".join(root_ids)
    if not missing:
        return CheckResult(ORGANIZATION_READ.code, "passed", f"root `{root}`")
    message = f"no such root or unit: {', '.join(f'`{target}`' for target in missing)}"
    failure = explain("target_not_found", ORGANIZATION_READ.call, message, root=root)
    return CheckResult(ORGANIZATION_READ.code, "failed", "", failure)


def _failed(kind: CheckKind, error: Exception) -> CheckResult:
    return CheckResult(kind.code, "failed", "", from_error(error, kind.call))
