"""Finds Identity Center: it lives in one Region, which nothing but asking tells.

The Region of the last snapshot is asked first, then every other that has the service. In the Regions that an instance
is replicated to it is listed too, and can't be read for permission sets: its primary Region counts.

Of several instances the one counts that the management account owns, the organization's own. Instances of member
accounts give nobody access to accounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from cloud_entitlements.aws.collecting import RepeatedPage, Scope
from cloud_entitlements.aws.collectors.pace import IDENTITY_CENTER, paced
from cloud_entitlements.aws.sessions import AwsSession

SERVICE = "sso-admin"
_ATTEMPTS = 3
"""In a Region of which nothing is known: thirty are asked, and a firewall may let none but a few through."""
_NOT_ENABLED = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})
"""A Region that the account has not enabled does not know its credentials."""
_NOT_YET = frozenset({"CREATE_IN_PROGRESS", "CREATE_FAILED"})
_NOWHERE = re.compile("no identity-based policy allows")
_FAILURES = (ClientError, BotoCoreError, ResponseParserError, RepeatedPage)


@dataclass(frozen=True, slots=True)
class Instance:
    arn: str
    identity_store_id: str
    region: str
    owner: str


def find_instance(session: AwsSession, scope: Scope) -> Instance | None:
    """None: there is no instance in any Region that the account has enabled.

    Raises what AWS raised where a Region did not say so and no other has the instance: denied is not empty.
    """
    refused: Exception | None = None
    unknown: Exception | None = None
    answered = False
    regions = list(_regions(session, scope))
    for number, region in enumerate(regions):
        scope.tell(number, len(regions), "looking for its Region")
        try:
            found = _listed(_patient(session, known=region == scope.identity_center_region), region, scope)
        except _FAILURES as error:
            if _not_enabled(error):
                unknown = unknown or error
                continue
            if _NOWHERE.search(str(error)):
                raise  # the role's own policy, which is the same in each Region
            refused = refused or error
            continue
        answered = True
        if found is not None:
            return found
    if refused is not None:
        raise refused
    if not answered and unknown is not None:
        raise unknown  # not the Regions: the credentials themselves
    return None


def _regions(session: AwsSession, scope: Scope) -> Iterator[str]:
    if scope.identity_center_region:
        yield scope.identity_center_region
    for region in session.regions(SERVICE, scope.partition):
        if region != scope.identity_center_region:
            yield region


def _patient(session: AwsSession, *, known: bool) -> AwsSession:
    if known:
        return session
    return replace(session, patience=replace(session.patience, attempts=_ATTEMPTS, connect_seconds=2))


def _listed(session: AwsSession, region: str, scope: Scope) -> Instance | None:
    ask = paced(session.client(SERVICE, region), IDENTITY_CENTER, session.pause)
    for found in ask.all("list_instances", "Instances"):
        if found.get("OwnerAccountId") == scope.account_id and found.get("Status") not in _NOT_YET:
            return _instance(found, region)
    return None


def _instance(found: dict[str, Any], region: str) -> Instance:
    primary = found.get("PrimaryRegion") or region
    return Instance(found["InstanceArn"], found["IdentityStoreId"], primary, found["OwnerAccountId"])


def _not_enabled(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"].get("Code") in _NOT_ENABLED
