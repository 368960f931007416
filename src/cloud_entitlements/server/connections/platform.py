"""The stored platform identity: read, set once, compared with who is calling. Templates trust it alone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from cloud_entitlements.aws.failures import Failure
from cloud_entitlements.aws.platform import PlatformIdentity, discover
from cloud_entitlements.aws.sessions import AwsSessions
from cloud_entitlements.server.connections.models import StoredPlatformIdentity
from cloud_entitlements.server.connections.refusals import NotReady

FIX = "run `ciem doctor` on this machine: it says what is missing; `ciem doctor --store` stores the identity"


def stored() -> PlatformIdentity | None:
    row = StoredPlatformIdentity.objects.filter(id=1).first()
    if row is None:
        return None
    return PlatformIdentity(account_id=row.account_id, arn=row.arn, partition=row.partition, kind=row.kind)


def changed_at() -> datetime | None:
    """When the identity was last replaced by another; None when it never was."""
    row = StoredPlatformIdentity.objects.filter(id=1).first()
    return row.changed_at if row else None


def previous_arn() -> str:
    row = StoredPlatformIdentity.objects.filter(id=1).first()
    return row.previous_arn if row else ""


def store(identity: PlatformIdentity) -> None:
    """From now on templates trust `identity`; the one before is remembered, for stacks that still trust it."""
    before = stored()
    values: dict[str, Any] = asdict(identity)
    if before is not None and before.arn != identity.arn:
        values |= {"previous_arn": before.arn, "changed_at": timezone.now()}
    StoredPlatformIdentity.objects.update_or_create(id=1, defaults=values)


def require() -> PlatformIdentity:
    """The stored identity. At first need the caller is stored, unless it is a person's own sign-in."""
    known = stored()
    if known is not None:
        return known
    found = discover(AwsSessions(), settings.PLATFORM_PRINCIPAL)
    if isinstance(found, Failure):
        raise NotReady(found.code, f"the platform has no AWS identity: {found.message}", FIX)
    if found.personal:
        raise NotReady(
            "personal_identity",
            f"the AWS credentials here are a person's own (`{found.arn}`): templates would trust that person",
            "give this machine a role of its own, or insist with `ciem doctor --store`",
        )
    store(found)
    return found
