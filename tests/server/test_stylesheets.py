"""Stylesheets: one for each thing that people see, all of them linked, and no rule for what is nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

import cloud_entitlements.server

SERVER = Path(cloud_entitlements.server.__file__).parent
SHEETS = sorted((SERVER / "static" / "css").glob("*.css"))
FROM_AWS = {"deny"}
"""Classes that a template makes of a word of AWS's."""


def linked() -> list[str]:
    return re.findall(r'<link rel="stylesheet" href="([^"]+)">', render_to_string("parts/styles.html"))


def classes(sheet: Path) -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", text)
    return {
        name
        for one in selectors
        for name in re.findall(r"\.([a-z][\w-]*)", re.sub(r"\[[^\]]*\]|\d*\.\d+", "", one))
    }


def used() -> Iterator[str]:
    """Every word of templates and scripts, and every word in quotes of our code: states become classes."""
    for path in (*SERVER.glob("templates/**/*.*"), *SERVER.glob("static/js/*.js")):
        yield from re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))
    for path in SERVER.rglob("*.py"):
        yield from re.findall(r'"([\w-]+)"', path.read_text(encoding="utf-8"))


def made() -> set[str]:
    """What templates put before a value, as in `impact-{{ letter }}`."""
    texts = (path.read_text(encoding="utf-8") for path in SERVER.glob("templates/**/*.*"))
    return {name for text in texts for name in re.findall(r"([a-z]+-)\{\{", text)}


def test_each_is_linked_once(db: None) -> None:
    found = linked()
    assert sorted(found) == [f"/static/css/{one.name}" for one in SHEETS]
    shown = Client().get("/accounts/login/").content.decode()
    assert [shown.count(one) for one in found] == [1] * len(found)


def test_each_begins_with_what_it_is_of_and_is_no_longer_than_can_be_read() -> None:
    for one in SHEETS:
        lines = one.read_text(encoding="utf-8").splitlines()
        assert re.match(r"/\* [A-Z].*\. \*/$", lines[0]), one.name
        assert len(lines) <= 150, one.name
        assert max(map(len, lines)) <= 160, one.name


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda one: one.stem)
def test_no_rule_is_for_a_class_that_is_nowhere(sheet: Path) -> None:
    known, prefixes = {*used(), *FROM_AWS}, made()
    unknown = {
        name for name in classes(sheet) if name not in known and not any(map(name.startswith, prefixes))
    }
    assert not unknown


def test_paper_is_set_with_them_and_with_no_other_file() -> None:
    pytest.importorskip("plutoprint", reason="the package that sets pages has no wheel for this machine")
    from cloud_entitlements.server.home.setting import OurStylesheets

    given = OurStylesheets()
    for path in linked():
        assert bytes(given.fetch_url(f"https://ciem.example.com{path}").get_content())
    for other in (
        "file:///etc/passwd",
        "/static/css/../../settings.py",
        "/static/icon.svg",
        "https://x/y.css",
    ):
        assert not bytes(given.fetch_url(other).get_content()), other
