"""Runs, items and leases. Imports Django alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

UNFINISHED = ("running", "held")


class Run(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        HELD = "held"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices)
    trigger = models.CharField(max_length=16)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            # INVARIANT: two runs of one subject never overlap, and at most one waits behind.
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state__in=UNFINISHED), name="one_run_under_way_a_subject"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state="queued"), name="one_run_waiting_a_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}: {self.state}"


class WorkItem(models.Model):
    class State(models.TextChoices):
        READY = "ready"
        LEASED = "leased"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=64, blank=True)
    """What it is about within the run, e.g. an account id."""
    stage = models.PositiveSmallIntegerField(default=0)
    """Claimable only when no item of a lower stage of its run is open."""
    essential = models.BooleanField(default=False)
    """Its failure ends the run."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_text = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "key"], name="an_item_once_a_run"),
        ]
        indexes = [models.Index(fields=["state", "stage"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"


class Lease(models.Model):
    """Who alone may do something now, across processes and machines."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
