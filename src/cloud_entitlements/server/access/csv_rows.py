"""Rows as a CSV file that is sent while it is made, and that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv writes to: the line itself is wanted, and `writerow` gives what this gave."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(heading)
    for row in rows:
        yield writer.writerow(_inert(text) for text in row)


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
