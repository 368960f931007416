"""What changes about connections: the platform's identity, connections, their checks, their accounts.

Accounts are a read model: rebuilt from each run and from the published snapshot, and losing them loses
nothing. Imports Django alone.
"""

from __future__ import annotations

import secrets
import uuid

from django.db import models

MAX_TAGS = 10


def new_external_id() -> str:
    """32 random bytes; made here alone, never taken from anybody (AWS: the vendor makes it)."""
    return secrets.token_urlsafe(32)


def new_suffix() -> str:
    """Ends the names of what the template makes, so that two installations fit in one organization."""
    return secrets.token_hex(4)


class StoredPlatformIdentity(models.Model):
    """The one AWS principal that the product runs as; templates trust it. At most one row (id 1)."""

    account_id = models.CharField(max_length=12)
    arn = models.CharField(max_length=2048)
    partition = models.CharField(max_length=32)
    kind = models.CharField(max_length=8)
    previous_arn = models.CharField(max_length=2048, blank=True)
    """The one before, which stacks may still trust."""
    changed_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.arn


class Connection(models.Model):
    class Type(models.TextChoices):
        ORGANIZATION = "organization", "Organization"
        ACCOUNT = "account", "Account"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONNECTING = "connecting", "Connecting"
        CONNECTED = "connected", "Connected"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=12, choices=Type.choices)
    name = models.CharField(max_length=100)
    tags = models.JSONField(default=list)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    enabled = models.BooleanField(default=True)
    external_id = models.CharField(max_length=64, unique=True, default=new_external_id, editable=False)
    suffix = models.CharField(max_length=16, unique=True, default=new_suffix, editable=False)
    template_seen_at = models.DateTimeField(null=True)
    """The wizard's second step is done: the template was downloaded, or its command copied."""
    role_arn = models.CharField(max_length=2048, blank=True)
    # The o-… id: the identity of an organization, known at connect. Root ids are unique only within one.
    organization_id = models.CharField(max_length=34, null=True, unique=True)  # noqa: DJ001  null: not known
    management_account_id = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    connected_at = models.DateTimeField(null=True)
    sync_started_at = models.DateTimeField(null=True)
    sync_ended_at = models.DateTimeField(null=True)
    sync_error = models.TextField(blank=True)
    sync_failure = models.JSONField(null=True)
    """Code, call, message and causes of what went wrong, where it is a kind that is known."""
    snapshot_id = models.CharField(max_length=64, blank=True)
    coverage_total = models.PositiveIntegerField(default=0)
    coverage_connected = models.PositiveIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    """When the external id was last tested, with it and without it."""
    deployment = models.JSONField(default=dict)
    """What the deployed roles are like, as the last snapshot shows them: versions, missing permissions, trust."""
    calls = models.JSONField(default=dict)
    """How many AWS calls the last run made, and where the most."""
    identity_center = models.JSONField(default=dict)
    """How the last reading of Identity Center went (`identity_center.State`); empty: it was not tried."""

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """A root, unit or account id that a connection holds, draft or not. Nobody else can hold it."""

    id = models.CharField(max_length=80, primary_key=True)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.id


class Check(models.Model):
    """A line of the live checklist."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="checks")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, default="waiting")
    failure_code = models.CharField(max_length=64, blank=True)
    detail = models.TextField(blank=True)
    call = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    """AWS's own words."""
    causes = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["connection", "code"], name="one_check_a_code")]

    def __str__(self) -> str:
        return f"{self.code}: {self.state}"


class Account(models.Model):
    """An account of a connection and what is known of our way into it."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        CONNECTED = "connected", "Connected"
        REFUSED = "refused", "Refused"
        TOO_OPEN = "too_open", "Trust too open"
        DENIED = "denied", "Denied"
        FAILED = "failed", "Could not be read"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"
        LEFT = "left", "Left"
        NOT_TARGETED = "not_targeted", "Not targeted"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="accounts")
    account_id = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    unit_path = models.CharField(max_length=2000, blank=True)
    """Names from the root down, `Root / Workloads / Production`."""
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING)
    failure = models.CharField(max_length=64, blank=True)
    """The code of its kind of failure."""
    detail = models.TextField(blank=True)
    causes = models.JSONField(default=list)
    proven_at = models.DateTimeField(null=True)
    """When its role was last tested with the external id and without it."""
    collected_at = models.DateTimeField(null=True)
    gap_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["account_id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "account_id"], name="an_account_once_a_connection")
        ]
        indexes = [models.Index(fields=["account_id"])]

    def __str__(self) -> str:
        return f"{self.account_id} ({self.status})"

    @property
    def in_trouble(self) -> bool:
        return self.status in TROUBLE


TROUBLE = (
    Account.Status.TOO_OPEN,
    Account.Status.REFUSED,
    Account.Status.DENIED,
    Account.Status.FAILED,
    Account.Status.PENDING,
)
"""States in which an account should be read and is not; the next try may go better."""
