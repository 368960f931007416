from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        "permissions.md",
        "checks.md",
        "failures.md",
        "cli.md",
        "api.md",
        "snapshots.md",
        "evaluation.md",
        "lint.md",
        "criteria.md",
    ],
)
def test_generated_pages_are_fresh(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert generator().render(name) == written, "run `python docs/generate.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://")):
            assert (page.parent / link).exists(), link


def test_every_setting_is_documented() -> None:
    used = set(
        re.findall(
            r"\"(CIEM_[A-Z_]+|DATABASE_URL)\"", "".join(p.read_text() for p in (ROOT / "src").rglob("*.py"))
        )
    )
    documented = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    internal = {"CIEM_REQUEST_ID"}
    assert used - internal
    for name in used - internal:
        assert f"`{name}`" in documented, name


def test_every_test_that_keeps_a_promise_exists() -> None:
    promises = (ROOT / "docs" / "explanation" / "promises.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", promises)
    assert len(named) >= 10
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_readme_names_the_words_that_the_makefile_has() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for word in ("demo", "test"):
        assert f"make {word}" in readme
    for word in ("demo", "test", "check", "bench"):
        assert re.search(rf"^{word}:", makefile, re.MULTILINE)
