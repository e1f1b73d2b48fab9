from datetime import date
from pathlib import Path

import pytest

from bartizan.core.errors import DescriptionError
from bartizan.formats.system_yaml.yaml_source import MAX_VALUES, read_yaml

TEXT = """\
# a comment
a: 1
b:
  - c: x
    d: [1.5, true, null, none, no, 2030-01-31, 0x10]
  - {e: "é"}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_values_are_those_of_yaml_1_2(written: Path) -> None:
    assert read_yaml(written).value == {
        "a": 1,
        "b": [{"c": "x", "d": [1.5, True, None, "none", "no", date(2030, 1, 31), 16]}, {"e": "é"}],
    }


def test_every_key_and_item_has_its_place(written: Path) -> None:
    at = read_yaml(written).positions.at
    places = {("a",): (2, 1), ("b",): (3, 1), ("b", 0): (4, 5), ("b", 0, "d"): (5, 5), ("b", 0, "d", 1): (5, 14)}
    places |= {("b", 1): (6, 5), ("b", 1, "e"): (6, 6)}
    assert {path: (at(path).line, at(path).column) for path in places} == places
    assert at(("b", 0, "zzz")) == at(("b", 0))
    assert str(at(("a",))) == f"{written}:2:1"


def test_a_mark_at_the_start_of_the_file_is_no_part_of_it(written: Path) -> None:
    written.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert read_yaml(written).value["a"] == 1


def test_repeated_anchors_and_small_aliases_are_read_without_a_warning(
    written: Path, recwarn: pytest.WarningsRecorder
) -> None:
    written.write_text("a: &x 1\nb: &x 2\nc: *x\n")
    assert read_yaml(written).value == {"a": 1, "b": 2, "c": 2}
    assert not recwarn.list


def test_an_alias_counts_as_often_as_it_is_used(written: Path) -> None:
    wide = ", ".join(["1"] * 1000)
    written.write_text(f"a: &a [{wide}]\nb: [{', '.join(['*a'] * (MAX_VALUES // 1000 + 1))}]\n")
    with pytest.raises(DescriptionError, match="too many values"):
        read_yaml(written)
