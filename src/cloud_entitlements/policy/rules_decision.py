"""The rules of the decision, in our own words: layers, formula, roles, services, unknown context, global keys."""

from __future__ import annotations

DECISION: dict[str, str] = {}
