"""Pages of a long list by the place where the last one ended: page 1,000 costs what page 1 costs, and nothing is shown twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


class NoSuchPage(Exception):
    """The cursor is none of this list's."""


@dataclass(frozen=True, slots=True)
class Order:
    column: str
    descending: bool = False
    nullable: bool = False
    """Rows without a value come last."""

    @property
    def key(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    next_cursor: str | None


def page(rows: QuerySet[Row], order: Order, cursor: str, size: int) -> Page[Row]:
    """`cursor`: empty for the first page. Raises NoSuchPage."""
    listed = ordered(rows, order)
    if cursor:
        listed = listed.filter(_after(order, *_read(cursor, order)))
    try:
        found = list(listed[: size + 1])
    except (ValidationError, ValueError, TypeError, OverflowError) as error:
        raise NoSuchPage from error
    more = len(found) > size
    return Page(found[:size], _cursor(found[size - 1], order) if more else None)


def ordered(rows: QuerySet[Row], order: Order) -> QuerySet[Row]:
    """All of them, in the order in which pages follow each other."""
    column = F(order.column)
    last = order.nullable or None
    return rows.order_by(
        column.desc(nulls_last=last) if order.descending else column.asc(nulls_last=last), "id"
    )


def _after(order: Order, value: Any, id_: int) -> Q:
    if value is None:
        return Q(**{f"{order.column}__isnull": True, "id__gt": id_})
    beyond = "lt" if order.descending else "gt"
    found = Q(**{f"{order.column}__{beyond}": value}) | Q(**{order.column: value, "id__gt": id_})
    return found | Q(**{f"{order.column}__isnull": True}) if order.nullable else found


def _cursor(row: Model, order: Order) -> str:
    value = getattr(row, order.column)
    told = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([order.key, told, row.pk]).encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> tuple[Any, int]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise NoSuchPage from error
    if not isinstance(found, list) or len(found) != 3 or found[0] != order.key or type(found[2]) is not int:  # noqa: PLR2004
        raise NoSuchPage
    if not isinstance(found[1], (str, int, float, type(None))):
        raise NoSuchPage
    return found[1], found[2]
