"""`python -m …home.setting`: a page from stdin, its PDF to stdout. Knows our stylesheets, and neither network nor other files."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from urllib.parse import urlsplit

from plutoprint import PAGE_MARGINS_NONE, PAGE_SIZE_A4, Book, ResourceData, ResourceFetcher

_FILES = {
    f"/static/css/{one.name}": one for one in (Path(__file__).parents[1] / "static" / "css").glob("*.css")
}


class OurStylesheets(ResourceFetcher):
    """Whatever else a page asks for is empty; nothing is fetched."""

    def fetch_url(self, url: str) -> ResourceData:
        path = urlsplit(url).path
        if path in _FILES:
            return ResourceData(_FILES[path].read_bytes(), "text/css", "utf-8")
        return ResourceData(b"", "text/plain", "utf-8")


def set_page(page: str) -> bytes:
    book = Book(PAGE_SIZE_A4, PAGE_MARGINS_NONE)
    book.custom_resource_fetcher = OurStylesheets()
    book.load_html(page)
    written = io.BytesIO()
    book.write_to_pdf_stream(written)
    return written.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(set_page(sys.stdin.buffer.read().decode("utf-8", "replace")))
