"""One-time codes, printed on the machine itself: the first administrator, and the demo's visitor."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from cloud_entitlements.server.people.models import OneTimeCode
from cloud_entitlements.server.people.tokens import digest

LIFETIME = timedelta(hours=24)
Purpose = OneTimeCode.Purpose


def make_code(purpose: OneTimeCode.Purpose) -> str:
    """Replaces earlier codes of the same purpose."""
    code = secrets.token_urlsafe(18)
    OneTimeCode.objects.filter(purpose=purpose).delete()
    OneTimeCode.objects.create(purpose=purpose, digest=digest(code), expires_at=timezone.now() + LIFETIME)
    return code


def is_valid(code: str, purpose: OneTimeCode.Purpose) -> bool:
    return _live(code, purpose).exists()


def use_code(code: str, purpose: OneTimeCode.Purpose) -> bool:
    """True once: the database deletes it for one caller alone."""
    deleted, _ = _live(code, purpose).delete()
    return deleted == 1


def _live(code: str, purpose: OneTimeCode.Purpose) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(digest=digest(code), purpose=purpose, expires_at__gt=timezone.now())


def demo_administrator() -> User:
    """The demo's only person; without a password, so a code is the only way in."""
    user, made = User.objects.get_or_create(
        username="demo", defaults={"is_superuser": True, "is_staff": True}
    )
    if made:
        user.set_unusable_password()
        user.save()
    return user
