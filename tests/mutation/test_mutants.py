"""The wrong turns themselves: named so that each is known again, and made in the code that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.__main__ import ROOM, WHOLE, files
from tests.mutation.accepted import accepted
from tests.mutation.mutants import mutants_of

SOURCE = '''"""What is decided."""
LIMIT = 3


def few(found: list[int], most: int = LIMIT) -> bool:
    """No more than `most`."""
    if not found:
        return True
    return len(found) <= most
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "few.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_mutants_are_named_by_function_and_text(module: Path) -> None:
    assert {one.key for one in mutants_of(module, "few.py")} >= {
        ("few.py LIMIT", "LIMIT = 3 → LIMIT = 4"),
        ("few.py few", "if not found: → if found:"),
        ("few.py few", "without return True"),
        ("few.py few", "return len(found) <= most → return len(found) < most"),
    }


def test_a_name_stays_when_lines_move(module: Path) -> None:
    before = [one.key for one in mutants_of(module, "few.py")]
    module.write_text('"""What is decided, and more."""\n\n\n' + SOURCE.partition("\n")[2], encoding="utf-8")
    assert [one.key for one in mutants_of(module, "few.py")] == before


def test_a_mutant_is_made_in_the_code(module: Path) -> None:
    held: dict[str, object] = {}
    chosen = next(one for one in mutants_of(module, "few.py") if one.what.endswith("len(found) < most"))
    exec(chosen.code(), held)
    few = held["few"]
    assert callable(few)
    assert (few([1, 2]), few([1, 2, 3])) == (True, False)


def test_no_two_mutants_of_the_engine_have_one_name() -> None:
    keys = [one.key for file in files(WHOLE) for one in mutants_of(file, str(file.relative_to(ROOM)))]
    assert len(keys) > 2000
    assert len(set(keys)) == len(keys)


def test_survivors_that_are_argued_for_are_read_from_their_page() -> None:
    found = accepted()
    assert found
    assert all(why.endswith(".") for why in found.values())
