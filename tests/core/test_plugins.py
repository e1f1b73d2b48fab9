from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core import plugins
from bartizan.core.contracts import Attack
from bartizan.core.errors import UsageError


def distribution(folder: Path, module: str, source: str) -> None:
    info = folder / f"{module}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[bartizan.plugins]\n{module} = {module}\n")
    (folder / f"{module}.py").write_text(source)


TWICE = """
from bartizan_stand_ins.attacks import StandIn
class Again(StandIn):
    spec = StandIn.spec
"""


def test_entry_points_add_plugins(stand_ins: Path) -> None:
    assert plugins.attack("attack", "stand_in").spec.title == "Stand-in"
    assert plugins.referee("defenses").spec.id == "stand_in_referee"
    assert "sum" in plugins.plugins("targets")


def test_without_the_distribution_there_are_no_stand_ins() -> None:
    plugins.plugins.cache_clear()
    plugins._external.cache_clear()
    assert "stand_in" not in plugins.plugins("attacks")


def test_two_of_one_id_are_one_sentence(stand_ins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, "copycat", TWICE)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="both called 'stand_in'") as caught:
        plugins.plugins("attacks")
    assert "copycat" in str(caught.value)


@pytest.mark.parametrize("source", ["import nothing_of_that_name", "raise SystemExit(3)", "def ("])
def test_a_broken_entry_point_is_one_sentence(
    stand_ins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    distribution(tmp_path, "shattered", source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="'shattered'") as caught:
        plugins.plugins("attacks")
    assert "\n" not in str(caught.value)


def test_an_unknown_id_is_answered_with_the_known_ones(stand_ins: Path) -> None:
    with pytest.raises(UsageError, match=r"known are: .*stand_in"):
        plugins.find("attacks", "stand_on")
    with pytest.raises(UsageError, match="no referee"):
        plugins.referee("gardening")


@pytest.mark.parametrize("kind", sorted(plugins.FOLDERS))
def test_every_plugin_is_made_without_arguments_and_lies_where_its_kind_does(kind: str) -> None:
    for cls in plugins.plugins(kind).values():
        made = cls()
        assert made.spec.title
        if isinstance(made, Attack):
            assert made.params().model_dump(mode="json") == made.params.model_validate(
                made.params().model_dump(mode="json")
            ).model_dump(mode="json")
