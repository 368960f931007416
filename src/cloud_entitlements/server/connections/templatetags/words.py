"""How texts of ours look on a page: `backticks` become code, and moments become words."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from cloud_entitlements.aws.explained import KINDS, Cause, causes_of, split_fix

register = template.Library()
_TICKS = re.compile(r"`([^`]*)`")
MINUTE = 60


@register.filter
def ticks(text: object) -> SafeString:
    """Escapes everything first: the text may quote what AWS or a person wrote."""
    return mark_safe(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S308


@register.filter
def lead(fix: str) -> str:
    """The sentence of a fix, without its line to copy."""
    return split_fix(fix)[0]


@register.filter
def line(fix: str) -> str:
    """What of a fix is to be copied as it stands."""
    return split_fix(fix)[1]


@register.filter
def title_of(code: str) -> str:
    """What kind of failure it is, in words; the code itself where it is only AWS's own."""
    return KINDS[code].title if code in KINDS else code


@register.filter
def causes(code: str) -> tuple[Cause, ...]:
    """Of a kind of failure, where nothing more is known of it."""
    return causes_of(code)


@register.filter
def after_colon(action: str) -> str:
    """`GetObject` of `s3:GetObject`."""
    return action.partition(":")[2]


@register.filter
def minute(iso: str) -> str:
    """`2026-11-25 17:29 UTC` of a moment in ISO 8601."""
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@register.filter
def instant(told: str) -> str:
    """`2026-11-25 09:00 UTC` of a moment as snapshots have it; anything else as it is."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return told
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@register.filter
def ago(moment: datetime) -> str:
    if (timezone.now() - moment).total_seconds() < MINUTE:
        return "less than a minute ago"
    return f"{timesince(moment, depth=1)} ago"
