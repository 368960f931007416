"""What is inferred and not proven: rules tagged [I] in the reference, each with a default and another reading.

Only where one decision can come out differently. No switch for KMS-04 (reading an encrypted object is two questions, each
asked by itself) and TRUST-08 (the target role's own policies are no part of the question of who may assume it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from cloud_entitlements.policy.errors import MalformedRequest


@dataclass(frozen=True, slots=True)
class Switches:
    service_wildcards_match: bool = False
    """ACT-01: a wildcard in an action's service (`s*:Get*`) matches like any other. Default: it matches nothing."""
    unknown_actions_count: bool = True
    """ACT-03: an action's literal name that the catalogue does not have is matched all the same."""
    short_arns_are_completed: bool = True
    """RES-03: a resource of fewer than six segments goes on with `*`. Off: it matches nothing."""
    denies_reach_sessions: bool = True
    """PRN-07: a Deny that names a role or an account holds for each session below it."""
    tasks_beyond_scps: bool = True
    """SCP-05: a few of root's tasks are never limited by service control policies."""
    rcps_reach_services: bool = True
    """RCP-05: resource control policies hold for service principals."""
    unsigned_calls_reach_everyone: bool = False
    """EVAL-19: where a service takes unsigned calls, a grant to everybody serves foreign callers without permission at
    home. Default: the signed call is judged alone, and a warning says to ask as `anonymous` too."""
    bucket_tags_need_abac: bool = True
    """S3-05: `aws:ResourceTag` of a general-purpose bucket is known only where the case says that its ABAC is on."""
    s3_variants_are_unknown: bool = True
    """S3-07: S3 Express, Access Grants, Multi-Region and Object Lambda access points, Outposts: not modelled, so conditional."""
    url_calls_carry_their_keys: bool = True
    """LAM-02: the second permission of a function URL's call is asked with `lambda:InvokedViaFunctionUrl` true."""
    explicit_services: frozenset[str] = frozenset()
    """SQS-01, EVAL-11: services whose resources must admit the account before identity policies count, as KMS keys do."""


DEFAULT = Switches()


def read_switches(given: Mapping[str, Any]) -> Switches:
    """Raises MalformedRequest."""
    known = {one.name: type(getattr(DEFAULT, one.name)) for one in fields(Switches)}
    changed: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise MalformedRequest(f"there is no switch `{name}`")
        services = known[name] is frozenset and isinstance(value, list)
        changed[name] = frozenset(str(one) for one in value) if services else value
        if not isinstance(changed[name], known[name]):
            raise MalformedRequest(f"the switch `{name}` can't be `{value}`")
    return replace(DEFAULT, **changed)
