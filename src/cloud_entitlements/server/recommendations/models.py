"""What a person decides, and what was found when: security policies, recommendations with their life, health over time."""

from __future__ import annotations

from django.db import models


class Criticality(models.TextChoices):
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class SecurityPolicy(models.Model):
    """What was changed from a criterion's default: everywhere, or for one connection."""

    connection_id = models.CharField(max_length=80, blank=True)
    """Empty: everywhere."""
    criterion = models.CharField(max_length=64)
    criticality = models.CharField(max_length=6, choices=Criticality.choices)
    period = models.PositiveSmallIntegerField(null=True)
    enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "criterion"], name="one_setting_a_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.criticality}"


class KnownAccount(models.Model):
    """An account of others that people here know and expect in trust policies: everywhere, or for one connection."""

    connection_id = models.CharField(max_length=80, blank=True)
    """Empty: everywhere."""
    account_id = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    """Whose it is."""
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "account_id"], name="one_known_account")
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.name}"


class Recommendation(models.Model):
    """One criterion that one identity fails, or failed. Never deleted while its connection is there: it has a history."""

    class State(models.TextChoices):
        SUGGESTED = "suggested", "Suggested"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        FOLLOWED = "followed", "Followed"
        WITHDRAWN = "withdrawn", "No longer asked"
        """Nobody mended anything: the criterion was switched off, the identity is exempt now, or the account that it trusts
        is known now.
        """

    connection_id = models.CharField(max_length=80)
    criterion = models.CharField(max_length=64)
    arn = models.CharField(max_length=2048)
    type = models.CharField(max_length=20)
    name = models.CharField(max_length=512)
    account_id = models.CharField(max_length=12)
    account_name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUGGESTED)
    criticality = models.CharField(max_length=6, choices=Criticality.choices)
    rank = models.PositiveSmallIntegerField()
    """0 high, 1 medium, 2 low: sorts."""
    evidence = models.JSONField(default=list)
    stale_since = models.DateTimeField(null=True)
    """It could not be looked at again since: it stays as it was."""
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(null=True)
    """Null while it is seen: then it is when the last snapshot was made."""
    resolved_at = models.DateTimeField(null=True)
    resolved_because = models.CharField(max_length=40, blank=True)
    """`mended`, `identity_gone`, `account_gone`, `switched_off`, `exempt`, `known`."""
    reopened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_until = models.DateTimeField(null=True)
    """Null: until it is unacknowledged."""
    acknowledged_by = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)
    snapshot_id = models.CharField(max_length=64)
    """The snapshot that said this last."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "criterion", "arn"], name="one_recommendation")
        ]
        indexes = [
            models.Index(fields=["criterion", "state"], name="recommendation_of_criterion"),
            models.Index(fields=["connection_id", "account_id"], name="recommendation_of_account"),
            # they cover what is counted: rows are wide with evidence, and to read them all takes ten times as long
            models.Index(
                fields=["connection_id", "criterion", "criticality", "state", "type", "account_id"],
                name="recommendation_tally",
            ),
            models.Index(
                fields=["connection_id", "first_seen", "criterion", "state"], name="recommendation_found"
            ),
            models.Index(fields=["connection_id", "reopened_at"], name="recommendation_reopened"),
            models.Index(fields=["connection_id", "resolved_at"], name="recommendation_resolved"),
            models.Index(fields=["state", "rank", "id"], name="recommendation_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.arn}"


class Moment(models.Model):
    """What a snapshot came to: for charts over time. One for each snapshot that was analysed."""

    connection_id = models.CharField(max_length=80)
    snapshot_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    health = models.FloatField(null=True)
    identities = models.JSONField(default=dict)
    """How many of each type."""
    impacts = models.JSONField(default=dict)
    """How many of each letter."""
    vulnerable = models.PositiveIntegerField(default=0)
    """Identities with a suggested recommendation."""
    open = models.JSONField(default=dict)
    """Suggested recommendations by criticality."""
    found = models.PositiveIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "snapshot_id"], name="one_moment_a_snapshot")
        ]
        indexes = [models.Index(fields=["connection_id", "at"], name="moment_in_time")]

    def __str__(self) -> str:
        return f"{self.connection_id} at {self.at:%Y-%m-%d %H:%M}"
