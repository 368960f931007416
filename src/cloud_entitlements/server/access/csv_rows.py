"""Rows as a CSV file that is sent while it is made, and that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse

CSV = {"responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}}
"""What OpenAPI says of it."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv writes to: the line itself is wanted, and `writerow` gives what this gave."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_records(
    name: str, columns: Mapping[str, str], records: Iterable[Mapping[str, Any]]
) -> StreamingHttpResponse:
    """`columns`: field → heading. What a record lacks, or holds as None, is empty; yes or no are words."""
    rows = ([_text(record.get(field)) for field in columns] for record in records)
    return csv_file(name, list(columns.values()), rows)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _lines(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(heading)
    for row in rows:
        yield writer.writerow(_inert(text) for text in row)


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
