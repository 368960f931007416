"""`python -m …home.setting`: a page from stdin, its PDF to stdout. Knows one stylesheet, and neither network nor files."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from plutoprint import PAGE_MARGINS_NONE, PAGE_SIZE_A4, Book, ResourceData, ResourceFetcher

STYLESHEET = "/static/css/product.css"
_FILE = Path(__file__).parents[1] / "static" / "css" / "product.css"


class OurStylesheet(ResourceFetcher):
    """Whatever else a page asks for is empty; nothing is fetched."""

    def fetch_url(self, url: str) -> ResourceData:
        if url.endswith(STYLESHEET):
            return ResourceData(_FILE.read_bytes(), "text/css", "utf-8")
        return ResourceData(b"", "text/plain", "utf-8")


def set_page(page: str) -> bytes:
    book = Book(PAGE_SIZE_A4, PAGE_MARGINS_NONE)
    book.custom_resource_fetcher = OurStylesheet()
    book.load_html(page)
    written = io.BytesIO()
    book.write_to_pdf_stream(written)
    return written.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(set_page(sys.stdin.buffer.read().decode("utf-8", "replace")))
