"""Every flag that can be raised has its section in docs/flags.md, and every section a flag."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flags.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
IDS = [section.splitlines()[0].strip() for section in SECTIONS]
HELPERS = {"raise_if", "raised"}  # functions whose first argument becomes the id of a flag


def raised() -> Iterator[tuple[str, ast.expr]]:
    """Where a flag is made, and the expression of its id."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name == "Flag":
                id = next((k.value for k in call.keywords if k.arg == "id"), None)
                assert id is not None, f"{path}:{call.lineno}: give a flag its id by name"
                yield f"{path}:{call.lineno}", id
            elif name in HELPERS:
                yield f"{path}:{call.lineno}", call.args[0]


def test_sections_and_flags_are_the_same() -> None:
    ids = {str(id.value) for _, id in raised() if isinstance(id, ast.Constant)}
    assert len(ids) >= 20
    assert set(IDS) == ids


def test_no_flag_is_named_at_run_time_except_in_the_helpers_known_here() -> None:
    unknown = [place for place, id in raised() if not isinstance(id, ast.Constant)]
    assert [Path(place.split(":")[0]).name for place in unknown] == ["doubts.py", "health.py"], unknown


def test_each_section_says_when_what_and_what_to_do_once() -> None:
    assert len(IDS) == len(set(IDS))
    for section in SECTIONS:
        parts = re.findall(r"^\*\*(Raised|Explanation|What to do)", section, re.MULTILINE)
        assert parts == ["Raised", "Explanation", "What to do"], section.splitlines()[0]
