"""Moments as a snapshot keeps them: ISO 8601 text in UTC. Imports nothing of ours."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(value: datetime | str | None) -> str | None:
    """None where AWS gave none. Text is read as ISO 8601, without a zone as UTC; other text is kept as it is."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
