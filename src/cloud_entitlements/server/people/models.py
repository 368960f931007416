"""Who may come in: API tokens, and the one-time code that makes the first administrator.

Tokens and codes are kept as SHA-256 alone: they are long and random, so a slow hash adds nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    """The first characters, for people to tell tokens apart."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class OneTimeCode(models.Model):
    """A code printed on the machine itself: makes the first administrator, or signs in the demo's visitor."""

    class Purpose(models.TextChoices):
        FIRST_ADMINISTRATOR = "first_administrator"
        SIGN_IN = "sign_in"

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=24, choices=Purpose.choices)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.purpose)
