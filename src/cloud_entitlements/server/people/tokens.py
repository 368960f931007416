"""API tokens: shown once, kept as a digest. Imports the room's models alone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from cloud_entitlements.server.people.models import ApiToken

PREFIX = "ciem_"
_NOTE_EVERY = timedelta(minutes=1)


def create_token(name: str, user: User | None = None) -> str:
    """The token itself, which nobody can read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(name=name, digest=digest(token), prefix=token[:10], created_by=user)
    return token


def find_token(token: str) -> ApiToken | None:
    """The live token, noting its use at most once a minute."""
    found = ApiToken.objects.filter(digest=digest(token), revoked_at__isnull=True).first()
    if found is not None:
        now = timezone.now()
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _NOTE_EVERY)
        ApiToken.objects.filter(stale, id=found.id).update(last_used_at=now)
    return found


def live_tokens() -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at__isnull=True)


def revoke_token(reference: str) -> int:
    """By id, name or prefix; returns how many were revoked."""
    named = Q(name=reference) | Q(prefix=reference)
    if reference.isdigit():
        named |= Q(id=int(reference))
    return live_tokens().filter(named).update(revoked_at=timezone.now())


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
