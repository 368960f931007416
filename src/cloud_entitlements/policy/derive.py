"""Keys that follow from the question itself (section 10): the principal, the resource, and the absence of others.

What a key of a session, the network or the request is, is never made up here (GK-02).
"""

from __future__ import annotations

from cloud_entitlements.policy.context import ABSENT, PRESENT, State
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.request import Home

_OF_SERVICE_CALLS = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
_OF_ACCOUNTS = ("aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:username")
_OF_SESSIONS = (
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:sourceidentity",
    "aws:tokenissuetime",
)
_GLOBAL = frozenset({"account", "budgets", "ce", "cloudfront", "iam", "organizations", "route53"})
"""Services with one endpoint. STS has regional ones."""
_HOME_REGION = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_REGIONLESS = "iam:passrole"


def derived(
    principal: Principal,
    action: str,
    resource: str,
    owner: str | None,
    homes: tuple[Home | None, Home | None],
) -> dict[str, State]:
    """`homes` of the caller's account and of the resource's."""
    return {
        **_of_principal(principal, homes[0]),
        **_of_owner(owner, homes[1]),
        **_of_region(principal, action.lower(), resource),
    }


def derived_families(principal: Principal) -> tuple[tuple[str, State], ...]:
    """Families of keys that are known to be absent: only users and roles have tags (GK-03)."""
    tagged = principal.type in ("user", "role", "session", "federated_user")
    return () if tagged else (("aws:principaltag/", ABSENT),)


def _of_principal(caller: Principal, home: Home | None) -> dict[str, State]:
    found: dict[str, State] = {"aws:principalisawsservice": (str(caller.type == "service").lower(),)}
    if caller.type == "service":
        found |= {"aws:principalservicename": (caller.arn,), "aws:principalservicenameslist": PRESENT}
        return {**found, **dict.fromkeys(_OF_ACCOUNTS, ABSENT)}
    found |= dict.fromkeys(("aws:principalservicename", "aws:principalservicenameslist"), ABSENT)
    found |= dict.fromkeys(_OF_SERVICE_CALLS, ABSENT)
    if caller.type == "anonymous":  # GK-03
        return {
            **found,
            **dict.fromkeys((*_OF_ACCOUNTS, *_OF_SESSIONS, "aws:principalisawsservice"), ABSENT),
            "aws:principalaccount": ("anonymous",),
            "aws:principaltype": ("Anonymous",),
            "aws:userid": ("anonymous",),
        }
    if caller.type == "federated":
        return {**found, **dict.fromkeys(_OF_ACCOUNTS, ABSENT), "aws:federatedprovider": (caller.arn,)}
    return {**found, **_of_account(caller), **of_home(home, "principal")}


def _of_account(caller: Principal) -> dict[str, State]:
    found: dict[str, State] = {
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": _principal_arn(caller),
        "aws:principaltype": (_TYPES[caller.type],),
        # VAR-04: a name is a user's alone; the unique id in aws:userid does not stand in an ARN
        "aws:username": (caller.name,) if caller.type == "user" else ABSENT,
        "aws:userid": (caller.account,) if caller.type == "root" else PRESENT,
    }
    return found


_TYPES = {
    "user": "User", "role": "AssumedRole", "session": "AssumedRole", "federated_user": "FederatedUser", "root": "Account",
}  # fmt: skip


def _principal_arn(caller: Principal) -> State:
    """PRN-01: of a session the role's, with the path that a session's ARN has lost. Where AWS chooses paths (SLR-01,
    IDC-01) it is not known without the role; elsewhere most roles have none.
    """
    if caller.type != "session":
        return (caller.arn,)
    if caller.parent:
        return (caller.parent,)
    if caller.name.startswith(("AWSServiceRoleFor", "AWSReservedSSO_")):
        return PRESENT
    return (f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}",)


def of_home(home: Home | None, whose: str) -> dict[str, State]:
    keys = (f"aws:{whose}orgid", f"aws:{whose}orgpaths")
    if home is None:
        return {}
    if not home.organization:
        return dict.fromkeys(keys, ABSENT)
    return {keys[0]: (home.organization,), keys[1]: (home.path,) if home.path else PRESENT}


def _of_owner(owner: str | None, home: Home | None) -> dict[str, State]:
    found: dict[str, State] = {"aws:resourceaccount": (owner,)} if owner else {}
    return {**found, **of_home(home, "resource")}


def _of_region(caller: Principal, action: str, resource: str) -> dict[str, State]:
    """The ARN's, or that of a service with one endpoint. PASS-01: a role is passed in the region of the call that takes it."""
    parts = resource.split(":", 5)
    if len(parts) == 6 and parts[3]:  # noqa: PLR2004  an ARN
        return {"aws:requestedregion": (parts[3],)}
    region = _HOME_REGION.get(caller.partition)
    if region and action.partition(":")[0] in _GLOBAL and action != _REGIONLESS:
        return {"aws:requestedregion": (region,)}
    return {}
