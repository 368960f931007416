"""The way into one member account: what stops it, told apart as far as can be seen.

Imports `sessions`, `checks`, `failures`, `stacksets`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.aws.checks import REFUSED_WITHOUT, REFUSED_WRONG, refused
from cloud_entitlements.aws.failures import Cause, Failure, from_error, is_denied
from cloud_entitlements.aws.platform import QUICK
from cloud_entitlements.aws.sessions import AwsSession, AwsSessions, RoleToAssume, SwitchedOff
from cloud_entitlements.aws.stacksets import Instance

Status = Literal["pending", "connected", "refused", "denied", "suspended", "closed", "left", "not_targeted"]
_BY_STATE: dict[str, Status] = {
    "SUSPENDED": "suspended",
    "PENDING_CLOSURE": "suspended",
    "CLOSED": "closed",
    "PENDING_ACTIVATION": "pending",
}


@dataclass(frozen=True, slots=True)
class MemberState:
    status: Status
    detail: str = ""
    causes: tuple[Cause, ...] = ()


def state_without_asking(account_state: str, *, targeted: bool) -> MemberState | None:
    """What the organization already says; None when the role has to be tried."""
    if not targeted:
        return MemberState("not_targeted", "outside the units that this connection covers")
    status = _BY_STATE.get(account_state)
    if status == "pending":
        return MemberState("pending", "the account is still being activated by AWS")
    if status is not None:
        return MemberState(status, f"AWS says that the account is {account_state.lower().replace('_', ' ')}")
    return None


def enter(
    sessions: AwsSessions, role: RoleToAssume, instance: Instance | None, *, prove: bool
) -> tuple[MemberState, AwsSession | None]:
    """Assumes the member role; with `prove`, also that it refuses without and with a wrong external id."""
    try:
        session = sessions.assume(role, QUICK)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error is a state, with its causes
        return _not_entered(error, role.arn, instance), None
    too_open = _too_open(sessions, role) if prove else None
    if too_open is not None:
        return too_open, None
    return MemberState("connected"), session


def _too_open(sessions: AwsSessions, role: RoleToAssume) -> MemberState | None:
    for kind, external_id in ((REFUSED_WITHOUT, None), (REFUSED_WRONG, secrets.token_urlsafe(32))):
        result = refused(sessions, RoleToAssume(role.arn, external_id), kind)
        if result.failure is not None:
            text = "trust too open" if result.failure.code == "trust_too_open" else "not proven"
            return MemberState("refused", f"{text}: {result.failure.message}", result.failure.causes)
    return None


def _not_entered(error: Exception, role_arn: str, instance: Instance | None) -> MemberState:
    failure = from_error(error, "sts:AssumeRole")
    if failure.code in ("denied_by_rcp", "denied_by_scp"):
        return MemberState("denied", failure.message, failure.causes)
    if not is_denied(error):
        return MemberState("refused", failure.message, failure.causes)
    account = role_arn.split(":")[4]
    if instance is None:
        return MemberState("pending", "the StackSet has not reached this account yet", _not_reached(account))
    if instance.under_way:
        return MemberState("pending", "the StackSet is deploying to this account", ())
    if not instance.deployed:
        reason = instance.reason or f"the deployment is {instance.status.lower()}"
        return MemberState(
            "refused", f"the StackSet failed here: {reason}", _deployment_causes(account, reason)
        )
    return MemberState("refused", failure.message, _deployed_but_refused(role_arn))


def _not_reached(account: str) -> tuple[Cause, ...]:
    return (
        Cause(
            "an account that joined a moment ago is reached by auto deployment within minutes",
            "nothing to do: it is tried again",
        ),
        Cause(
            "auto deployment is off, or the StackSet was deleted",
            f"update the stack in the management account; then retry `{account}`",
        ),
    )


def _deployment_causes(account: str, reason: str) -> tuple[Cause, ...]:
    if "service control policy" in reason:
        return (
            Cause(
                "a service control policy stops StackSets from making the role",
                f"except `arn:aws:iam::{account}:role/stacksets-exec-*` in that policy, then redeploy the StackSet",
            ),
        )
    if "already exists" in reason:
        return (
            Cause(
                "a role of that name is left over from an earlier attempt",
                "delete that role in the account, or choose another RoleName, then redeploy the StackSet",
            ),
        )
    return (
        Cause(
            "CloudFormation could not make the role",
            "read the reason above, mend it, then redeploy the StackSet",
        ),
    )


def _deployed_but_refused(role_arn: str) -> tuple[Cause, ...]:
    account = role_arn.split(":")[4]
    return (
        Cause(
            "a resource control policy lets only callers of the organization assume roles there, "
            "and the platform is outside it",
            "except the platform: add its account to the Deny",
        ),
        Cause(
            "the role was changed or deleted after the deployment", f"redeploy the StackSet to `{account}`"
        ),
    )


def state_after_collecting(failures: Sequence[Failure], collectors: int) -> MemberState:
    """Denied when nothing at all could be read; with some gaps the account counts as connected."""
    if failures and len(failures) == collectors:
        worst = failures[0]
        return MemberState("denied", worst.message, worst.causes)
    return MemberState(
        "connected", f"{len(failures)} of {collectors} collections have a gap" if failures else ""
    )
