"""The read model of identities: rows for lists, filters and counts, brought up to each snapshot. Losing them loses nothing."""

from __future__ import annotations

from django.db import models


class Analysis(models.Model):
    """Of the latest snapshot of a connection or import: what the rows of its identities are of."""

    connection_id = models.CharField(max_length=80, primary_key=True)
    name = models.CharField(max_length=200)
    snapshot_id = models.CharField(max_length=64)
    collected_at = models.DateTimeField()
    """When the snapshot was made."""
    analysed_at = models.DateTimeField()
    settings_key = models.CharField(max_length=64)
    """Hash of the security policy that it was judged by, and of the program's own criteria."""
    coverage_total = models.PositiveIntegerField()
    coverage_connected = models.PositiveIntegerField()
    gaps = models.PositiveIntegerField()
    live = models.BooleanField(default=True)
    """False: an import."""
    health = models.FloatField(null=True)
    health_least = models.FloatField(null=True)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.connection_id} at {self.snapshot_id}"


class Identity(models.Model):
    class Type(models.TextChoices):
        USER = "user", "User"
        ROLE = "role", "Role"
        GROUP = "group", "Group"
        ROOT = "root", "Root user"
        DIRECTORY_USER = "directory_user", "Identity Center user"
        DIRECTORY_GROUP = "directory_group", "Identity Center group"

    class Administrator(models.TextChoices):
        YES = "yes", "Administrator"
        CONTAINED = "contained", "Stopped by a boundary or control policy"
        NO = "no", "No administrator"
        UNKNOWN = "unknown", "Unknown"

    connection_id = models.CharField(max_length=80)
    arn = models.CharField(max_length=2048)
    digest = models.CharField(max_length=32)
    """Of everything else here: a row that did not change is not written again."""
    type = models.CharField(max_length=20, choices=Type.choices)
    name = models.CharField(max_length=512)
    path = models.CharField(max_length=1024)
    account_id = models.CharField(max_length=12, blank=True)
    """Empty: of Identity Center, in no account."""
    account_name = models.CharField(max_length=200)
    search = models.TextField()
    """What the search box looks into, in lower case."""
    impact = models.CharField(max_length=1)
    impact_points = models.PositiveSmallIntegerField()
    impact_because = models.TextField()
    impact_least = models.BooleanField(default=False)
    """Not all of its policies were read: it may be more."""
    administrator = models.CharField(max_length=10, choices=Administrator.choices)
    score = models.PositiveSmallIntegerField(null=True)
    """Entitlement score; null: not known yet."""
    high = models.PositiveSmallIntegerField(default=0)
    medium = models.PositiveSmallIntegerField(default=0)
    low = models.PositiveSmallIntegerField(default=0)
    """Recommendations that are suggested: not acknowledged, not followed."""
    weight = models.PositiveIntegerField(default=0)
    """Sorts by recommendations: the high ones first."""
    created_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    use_known = models.BooleanField(default=False)
    """AWS told: without a `last_used_at`, no use is seen as far back as it looks."""
    exempt = models.CharField(max_length=32, blank=True)
    stale_since = models.DateTimeField(null=True)
    """Its policies could not be read again since."""
    judged = models.JSONField(default=dict)
    """By criterion: verdict, why and evidence of those that neither are a recommendation nor simply pass."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "arn"], name="one_row_an_identity")]
        indexes = [
            models.Index(fields=["connection_id", "-impact_points", "id"], name="identity_by_impact"),
            models.Index(fields=["connection_id", "-weight", "id"], name="identity_by_weight"),
            models.Index(fields=["connection_id", "name", "id"], name="identity_by_name"),
            # it covers what Home counts: rows are wide
            models.Index(
                fields=[
                    "connection_id",
                    "account_id",
                    "type",
                    "impact",
                    "weight",
                    "high",
                    "medium",
                    "low",
                    "impact_least",
                    "account_name",
                ],
                name="identity_of_account",
            ),
        ]

    def __str__(self) -> str:
        return self.arn
