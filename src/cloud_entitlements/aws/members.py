"""The way into one member account: what stops it, told apart as far as can be seen.

Imports `sessions`, `checks`, `failures`, `narrowing`, `platform`, `stacksets`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from cloud_entitlements.aws.checks import REFUSED_WITHOUT, REFUSED_WRONG, refused
from cloud_entitlements.aws.failures import Cause, Failure, causes_of, from_error, is_denied
from cloud_entitlements.aws.narrowing import another_calls
from cloud_entitlements.aws.perimeter import Suspect, named_by_aws
from cloud_entitlements.aws.platform import PlatformIdentity, caller_in
from cloud_entitlements.aws.sessions import AwsSession, AwsSessions, RoleToAssume, SwitchedOff
from cloud_entitlements.aws.stacksets import Instance

Status = Literal[
    "pending", "connected", "refused", "too_open", "denied", "failed", "suspended", "closed", "left", "not_targeted"
]  # fmt: skip
_BY_STATE: dict[str, tuple[Status, str]] = {
    "SUSPENDED": ("suspended", "member_suspended"),
    "PENDING_CLOSURE": ("suspended", "member_suspended"),
    "CLOSED": ("closed", "member_closed"),
    "PENDING_ACTIVATION": ("pending", "member_activating"),
}
_OF_THE_PLATFORM = {"denied_by_scp": "platform_denied_by_scp", "not_allowed": "platform_may_not_assume"}
_EXCEPTED = "give that Deny this condition, which has the exception in it"
_DENIALS = frozenset(
    {"denied", "not_allowed", "denied_by_boundary", "denied_by_session_policy", "denied_by_rcp"}
)


@dataclass(frozen=True, slots=True)
class MemberState:
    status: Status
    detail: str = ""
    failure: str = ""
    """The code of its kind in `explained`; empty when there is nothing to mend."""
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of one account before its role is tried."""

    instance: Instance | None
    """None: the StackSet does not list the account."""
    facts: Mapping[str, str] = field(default_factory=dict)
    perimeter: tuple[Suspect, ...] = ()
    """Resource control policies above the account that deny assuming roles."""
    limits: tuple[Suspect, ...] = ()
    """Service control policies above it that deny what the role asks."""
    makers: tuple[Suspect, ...] = ()
    """Service control policies above it that deny StackSets the making of the role."""
    added: bool = False
    """Its unit was added to the targets, and no deployment of it was seen since."""
    platform: PlatformIdentity | None = None
    previous_arn: str = ""
    """The platform's identity before it was changed."""
    trusted: str = ""
    """Whom roles of this connection trusted when they were read last, if not the platform's identity alone."""

    def state(
        self, status: Status, code: str, detail: str, suspects: Sequence[Suspect] = (), **more: str
    ) -> MemberState:
        causes = self._causes(code, named_by_aws(suspects, detail), {**self.facts, **more})
        return MemberState(status, detail, code, causes)

    def _causes(self, code: str, suspects: Sequence[Suspect], facts: Mapping[str, str]) -> tuple[Cause, ...]:
        """The first cause once for each policy that is suspected, then the others."""
        if not suspects:
            return causes_of(code, **facts)
        named = [(one, causes_of(code, **{**facts, "policy": one.words})) for one in suspects]
        first = [replace(causes[0], fix=f"{_EXCEPTED}: {one.condition}") for one, causes in named]
        return (*first, *named[0][1][1:])


def state_without_asking(account_state: str, *, targeted: bool) -> MemberState | None:
    """What the organization already says; None when the role has to be tried."""
    if not targeted:
        return MemberState("not_targeted", "outside the units that this connection covers")
    if account_state not in _BY_STATE:
        return None
    status, code = _BY_STATE[account_state]
    words = account_state.lower().replace("_", " ")
    return MemberState(status, f"AWS says that the account is {words}", code)


def enter(
    sessions: AwsSessions, role: RoleToAssume, around: Around, *, prove: bool
) -> tuple[MemberState, AwsSession | None]:
    """Assumes the member role; with `prove`, also that it refuses without and with a wrong external id."""
    try:
        session = sessions.assume(role)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error is a state, with its causes
        return _not_entered(error, around), None
    too_open = _too_open(sessions, role, around) if prove else None
    if too_open is not None:
        return too_open, None
    return MemberState("connected"), session


def _too_open(sessions: AwsSessions, role: RoleToAssume, around: Around) -> MemberState | None:
    for kind, external_id in ((REFUSED_WITHOUT, None), (REFUSED_WRONG, secrets.token_urlsafe(32))):
        failure = refused(sessions, RoleToAssume(role.arn, external_id), kind, around.facts).failure
        if failure is None:
            continue
        if failure.code == "trust_too_open":
            return MemberState("too_open", f"trust too open: {failure.message}", failure.code, failure.causes)
        return around.state("failed", "member_not_proven", f"not proven: {failure.message}")
    return None


def _not_entered(error: Exception, around: Around) -> MemberState:
    failure = from_error(error, "sts:AssumeRole", **around.facts)
    if not is_denied(error):
        return MemberState("failed", failure.message, failure.code, failure.causes)
    if failure.code in _OF_THE_PLATFORM:
        return around.state("refused", _OF_THE_PLATFORM[failure.code], failure.message)
    another = _another_caller(failure, around)
    if another is not None:
        return another
    if failure.code == "denied_by_rcp" or (around.perimeter and _deployed(around.instance)):
        return around.state("denied", "member_denied_by_rcp", failure.message, around.perimeter)
    return _by_deployment(around, failure)


def _another_caller(failure: Failure, around: Around) -> MemberState | None:
    """AWS's denial names the caller: is it the identity that the template trusts?"""
    caller = caller_in(failure.message)
    if around.platform is None or caller is None or not _deployed(around.instance):
        return None
    code = another_calls(caller, around.platform, around.previous_arn)
    facts = {"stored_arn": around.platform.arn, "caller_arn": caller.arn}
    return around.state("refused", code, failure.message, (), **facts) if code else None


def _deployed(instance: Instance | None) -> bool:
    return instance is not None and instance.deployed and not instance.under_way


def _by_deployment(around: Around, failure: Failure) -> MemberState:
    instance = around.instance
    if instance is None and around.added:
        return around.state("pending", "member_unit_added", "its unit was added: the stack is to be updated")
    if instance is None:
        return around.state("pending", "member_role_missing", "the StackSet has not reached this account yet")
    if instance.under_way:
        return around.state("pending", "member_pending", "the StackSet is deploying to this account")
    if instance.deployed and around.trusted:
        return around.state("refused", "member_trusts_another", failure.message, trusted=around.trusted)
    if instance.deployed:
        return around.state("refused", "member_refused", failure.message)
    reason = instance.reason or f"the deployment is {(instance.detailed_status or instance.status).lower()}"
    code = _why_not_deployed(reason)
    makers = around.makers if code == "member_deployment_denied" else ()
    return around.state("refused", code, f"the StackSet failed here: {reason}", makers)


def _why_not_deployed(reason: str) -> str:
    if "service control policy" in reason:
        return "member_deployment_denied"
    return "member_role_left_over" if "already exists" in reason else "member_deployment_failed"


def state_after_collecting(
    failures: Sequence[Failure], collectors: int, around: Around, *, read: bool
) -> MemberState:
    """Denied when nothing at all could be read, `read`; with some gaps the account counts as connected."""
    if not failures or read:
        gaps = f"{len(failures)} of {collectors} collections have a gap" if failures else ""
        return MemberState("connected", gaps)
    worst = failures[0]
    if worst.code == "denied_by_scp":
        return around.state("denied", "member_denied_by_scp", worst.message, around.limits)
    if worst.code in _DENIALS:
        return around.state("denied", "member_denied", worst.message)
    return MemberState("failed", worst.message, worst.code, worst.causes)
