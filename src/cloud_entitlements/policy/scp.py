"""Whom service control policies limit (SCP-02), and what they never do (SCP-05)."""

from __future__ import annotations

from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.truth import F, T, Truth, negated

# AWS: "Tasks and entities not restricted by SCPs". Of its list these have actions of their own: the Enterprise support
# plan, and reverse DNS of an Elastic IP address. A CloudFront trusted signer is a setting of the account without one.
_BEYOND = frozenset(
    {
        "ec2:modifyaddressattribute",
        "ec2:resetaddressattribute",
        "supportplans:createsupportplanschedule",
        "supportplans:startsupportplanupdate",
    }
)


def under_scp(request: Request, *, tasks_beyond: bool) -> Truth:
    """SCP-02: users, roles and root of member accounts; SLR-01 not service-linked roles, if it is known to be one."""
    caller = request.principal
    if not caller.account or (request.principal_home is not None and request.principal_home.management):
        return F
    if caller.type == "root" and tasks_beyond and request.lowered in _BEYOND:
        return F
    return negated(caller.service_linked) if caller.is_role else T
