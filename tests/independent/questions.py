"""Which questions are asked: those of the engine's own cases that can be put to the emulator, those of
`tests/cases/emulator`, and generated ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud_entitlements.policy.cases import cases_in

from .calls import CALLS
from .resources import MADE, WITH_POLICY, Case, region_of

CASES = Path(__file__).parents[1] / "cases"
OWN, WRITTEN = CASES / "policy", CASES / "emulator"
_PRINCIPAL = re.compile(
    r"anonymous|arn:aws:(iam::\d{12}:(user|role)|sts::\d{12}:(assumed-role|federated-user))/.+"
)
_ELSEWHERE = (
    "service_control_policies", "resource_control_policies", "vpc_endpoint_policies", "kms_grants", "s3", "switches",
    "principal_in", "resource_in", "aws_managed", "derive_context",
)  # fmt: skip
"""Fields that the emulator has nothing for."""
_TAGS = re.compile(r"aws:(principal|resource)tag/.+")
_LAYERS = ("identity_policies", "permissions_boundary", "session_policies", "resource_policy")
_MANY_STARS = re.compile(r'(\*[^"*]{0,3}){8}')
"""The emulator matches by regular expressions, and does not come back from these."""
_NAMES = {
    "s3": re.compile(r"\*|arn:aws:s3:::[a-z0-9][a-z0-9.-]{2,60}(/.+)?"),
    "secretsmanager": re.compile(r"\*|arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-\w{6}"),
}
"""Resources by whose names something can be made."""
_REGION = re.compile(r"[a-z]{2}-[a-z]+-\d")


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    """`conditions/arn: ArnEquals is ArnLike`; of its own file and case."""
    case: Case


def written() -> Iterator[Question]:
    for file in sorted(WRITTEN.glob("*.json")):
        for case in _cases(file):
            yield Question(f"emulator/{file.stem}: {case['name']}", {"missing_context": "absent", **case})


def own() -> Iterator[Question]:
    for file in sorted(OWN.rglob("*.json")):
        for case in _cases(file):
            if can_be_asked(case):
                yield Question(f"{file.relative_to(OWN).with_suffix('')}: {case['name']}", case)


def _cases(file: Path) -> list[dict[str, Any]]:
    return cases_in(json.loads(file.read_text(encoding="utf-8")))


def can_be_asked(case: Case) -> bool:
    """Whether all that the case tells of can be made there, and its answer is yes or no."""
    return (
        case["expect"].get("decision") in ("allowed", "denied")
        and case.get("missing_context") == "absent"
        and isinstance(case["principal"], str)
        and _PRINCIPAL.fullmatch(case["principal"]) is not None
        and all(case.get(field) is None for field in _ELSEWHERE)
        and not any(_is_unread(case.get(layer)) for layer in _LAYERS)
        and case.get("session_policies") != []  # AWS can't say it: nothing passed is no limit
        and _MANY_STARS.search(json.dumps(case)) is None
        and _call_can_be_made(case)
        and all(_can_be_so(case, key.lower(), value) for key, value in (case.get("context") or {}).items())
        and _no_tag_twice(case)
    )


def _no_tag_twice(case: Case) -> bool:
    keys = [key.lower() for key in case.get("context") or {} if _TAGS.fullmatch(key.lower())]
    return len(keys) == len(set(keys))


def _is_unread(layer: Any) -> bool:
    return layer == "unknown" or (isinstance(layer, list) and "unknown" in layer)


def _call_can_be_made(case: Case) -> bool:
    action, resource = case["action"], str(case.get("resource") or "*")
    service, policy = action.partition(":")[0], case.get("resource_policy")
    if action not in CALLS or not _REGION.fullmatch(region_of(case)):
        return False
    if service in _NAMES and not _NAMES[service].fullmatch(resource):
        return False
    if action.endswith(("Object", "ObjectAcl", "ObjectTagging")) != ("/" in resource) and service == "s3":
        return False
    if policy is None:  # a key has one by itself, and a role always
        return not (service == "kms" and resource != "*") and action != "sts:AssumeRole"
    return service in WITH_POLICY


def _can_be_so(case: Case, key: str, value: Any) -> bool:
    """A key that the call carries, or that comes of a tag; the others are what they are."""
    service, carries = case["action"].partition(":")[0], CALLS[case["action"]].carries
    if not isinstance(value, str) and key != "aws:tagkeys":
        return False
    if key.startswith("aws:principaltag/"):
        return value != "" and re.search(r":user/|:role/|:assumed-role/", case["principal"]) is not None
    if key.startswith("aws:resourcetag/"):
        return service in MADE - {"s3", "kms"}
    return any(key == one or (one.endswith("/") and key.startswith(one)) for one in carries)
