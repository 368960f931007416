"""What finds a mutant out: the cases, and where they all pass the properties of every policy, with fewer examples than in
the tests.

It runs in a process of its own, in which one module of the policy engine is another than its source says.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from hypothesis.errors import UnsatisfiedAssumption

from tests.policy import (
    test_cases,
    test_cases_decision,
    test_explain,
    test_partly_read,
    test_properties,
    test_ready,
    test_split_is_sound,
)

OURS = "cloud_entitlements"
ROOM = f"{OURS}.policy"
EXAMPLES, SEEDS = 200, 2
"""Of each property; and of rounds of sixty policies held against concrete requests."""
_TESTS = (
    test_cases_decision,
    test_explain,
    test_partly_read,
    test_ready,
    test_properties,
    test_split_is_sound,
)
PROPERTIES = (
    "test_a_deny_more_and_an_allow_less_never_grant",
    "test_order_case_and_form_do_not_matter",
    "test_what_is_certain_without_a_context_is_so_in_every_context",
)
CASES: Sequence[dict[str, Any]] = [case for _, case in test_cases.CASES]


class _Instead(importlib.machinery.SourceFileLoader):
    """Loads one module from code that is given."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class _Finder:
    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        if name != self._name:
            return None
        loader = _Instead(name, str(self._path), self._code)
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


def install(name: str, path: Path, code: CodeType) -> None:
    """From here on, `name` is what `code` makes of it, and so is whatever was imported from it."""
    for loaded in [one for one in sys.modules if one == OURS or one.startswith(f"{OURS}.")]:
        del sys.modules[loaded]
    sys.meta_path.insert(0, _Finder(name, path, code))


def found_out(first: Sequence[int], *, properties: bool) -> str:
    """By what: `case 17`, a property's name; empty if by nothing. `first` are the numbers of cases to begin with."""
    engine = importlib.import_module(f"{ROOM}.cases")
    for number in dict.fromkeys([*first, *range(len(CASES))]):
        if not _passes(engine, CASES[number]):
            return f"case {number}"
    for name, check in _checks(properties=properties):
        try:
            check()
        except Exception:  # noqa: BLE001  whatever goes wrong, it was found out
            return name
    return ""


def _passes(engine: ModuleType, case: dict[str, Any]) -> bool:
    vars(test_cases)["answer"] = engine.answer
    try:
        test_cases.test_case(case)
    except Exception:  # noqa: BLE001
        return False
    return True


def _checks(*, properties: bool) -> Iterator[tuple[str, Any]]:
    warnings.simplefilter("ignore")
    again = {one.__name__: _anew(one) for one in _TESTS}
    decision, explain, partly, made_ready, of_every_policy, split = again.values()
    yield "unknown context", decision.test_no_answer_is_changed_by_what_else_is_unknown
    for held in (vars(explain), vars(partly)):
        yield from ((name, check) for name, check in held.items() if name.startswith("test_"))
    for written in made_ready.NAMES:
        yield f"ready {written}", partial(made_ready.test_a_condition_made_ready_holds_when_it_holds, written)
    yield "ready elements", made_ready.test_an_element_matches_what_one_of_its_patterns_does
    if not properties:
        return
    for name in PROPERTIES:
        yield name, partial(_by_chance, getattr(of_every_policy, name))
    for seed in range(SEEDS):
        yield (
            f"split {seed}",
            partial(split.test_what_is_answered_without_a_key_holds_for_all_its_values, seed),
        )


def _anew(test: ModuleType) -> ModuleType:
    """The tests, over the engine as it now is."""
    del sys.modules[test.__name__]
    return importlib.import_module(test.__name__)


def _by_chance(test: Any) -> None:
    """A property, on policies made by fixed seeds: the same for every mutant."""
    for seed in range(EXAMPLES):
        with suppress(UnsatisfiedAssumption):
            test.hypothesis.inner_test(random.Random(seed))


def answers() -> list[Any]:
    """To every case, all of it and not only what the case expects."""
    engine = importlib.import_module(f"{ROOM}.cases")
    return [engine.answer(case) for case in CASES]
