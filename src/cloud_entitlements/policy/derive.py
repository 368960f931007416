"""Keys that follow from the question itself (section 10): the principal, the resource, and the absence of others.

What a key of a session, the network or the request is, is never made up here.
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
_GLOBAL = frozenset({"iam", "organizations", "route53", "cloudfront", "account", "budgets", "sts"})


def derived(
    principal: Principal, resource: str, owner: str | None, caller_home: Home | None, owner_home: Home | None
) -> dict[str, State]:
    return {
        **_of_principal(principal, caller_home),
        **_of_owner(owner, owner_home),
        **_of_region(resource),
    }


def _of_principal(caller: Principal, home: Home | None) -> dict[str, State]:
    found: dict[str, State] = {"aws:principalisawsservice": (str(caller.type == "service").lower(),)}
    if caller.type != "service":
        found |= dict.fromkeys(("aws:principalservicename", "aws:principalservicenameslist"), ABSENT)
        found |= dict.fromkeys(_OF_SERVICE_CALLS, ABSENT)
    if caller.type == "service":
        found |= {"aws:principalservicename": (caller.arn,), "aws:principalservicenameslist": PRESENT}
        return {
            **found,
            **dict.fromkeys(("aws:principalarn", "aws:username", "aws:principaltag/*"), ABSENT),
            **_nowhere(),
        }
    if caller.type == "anonymous":  # GK-03
        found |= {
            "aws:principalaccount": ("anonymous",),
            "aws:principaltype": ("Anonymous",),
            "aws:userid": ("anonymous",),
        }
        return {
            **found,
            **dict.fromkeys(("aws:principalarn", "aws:principalisawsservice", "aws:username"), ABSENT),
            **_nowhere(),
        }
    if caller.type == "federated":
        return {**found, "aws:federatedprovider": (caller.arn,)}
    return {**found, **_of_account(caller), **_of_home(home, "principal")}


def _of_account(caller: Principal) -> dict[str, State]:
    found: dict[str, State] = {
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": (_principal_arn(caller),),
        "aws:principaltype": (_TYPES[caller.type],),
        # VAR-04: a name is a user's alone; the unique id in aws:userid does not stand in an ARN
        "aws:username": (caller.name,) if caller.type == "user" else ABSENT,
        "aws:userid": (caller.account,) if caller.type == "root" else PRESENT,
    }
    return found


_TYPES = {
    "user": "User", "role": "AssumedRole", "session": "AssumedRole", "federated_user": "FederatedUser", "root": "Account",
}  # fmt: skip


def _principal_arn(caller: Principal) -> str:
    """PRN-01: of a session the role's. Its path is lost in a session's ARN: whoever knows it gives the key."""
    if caller.type == "session":
        return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"
    return caller.arn


def _nowhere() -> dict[str, State]:
    return {"aws:principalorgid": ABSENT, "aws:principalorgpaths": ABSENT}


def _of_home(home: Home | None, whose: str) -> dict[str, State]:
    keys = (f"aws:{whose}orgid", f"aws:{whose}orgpaths")
    if home is None:
        return {}
    if not home.organization:
        return dict.fromkeys(keys, ABSENT)
    return {keys[0]: (home.organization,), keys[1]: (home.path,) if home.path else PRESENT}


def _of_owner(owner: str | None, home: Home | None) -> dict[str, State]:
    found: dict[str, State] = {"aws:resourceaccount": (owner,)} if owner else {}
    return {**found, **_of_home(home, "resource")}


def _of_region(resource: str) -> dict[str, State]:
    parts = resource.split(":", 5)
    if len(parts) < 6:  # noqa: PLR2004  not an ARN
        return {}
    if parts[3]:
        return {"aws:requestedregion": (parts[3],)}
    return {"aws:requestedregion": ("us-east-1",)} if parts[2] in _GLOBAL else {}
