"""Mistakes in the section `provenance` are said at their place, with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core.errors import DescriptionError
from bartizan.formats.description import read_system

HEAD = "name: n\npurpose: p\nstage: testing\nassets: {models: [{id: reader}]}\n"


@pytest.mark.parametrize(
    ("provenance", "says"),
    [
        ("{digest: digests.json}", "did you mean 'digests'?"),
        ("{digests: digest.json}", "did you mean 'digests.json'?"),
        ("{statements: [digests.json]}", "give 'key'"),
        ("{advisories: nowhere}", "there is no"),
        ("{model_signatures: {raeder: digests.json}, model_key: digests.json}", "did you mean 'reader'?"),
        ("{model_signatures: {reader: digests.json}, model_key: digests.json}", "names no file"),
    ],
)
def test_a_mistake_is_said_at_its_place(tmp_path: Path, provenance: str, says: str) -> None:
    (tmp_path / "digests.json").write_text("{}")
    (tmp_path / "system.yaml").write_text(f"{HEAD}provenance: {provenance}\n")
    with pytest.raises(DescriptionError) as error:
        read_system(tmp_path / "system.yaml")
    assert says in str(error.value)
    assert "system.yaml:5:" in str(error.value)


def test_advisories_may_be_a_file_or_a_folder_and_what_is_to_be_made_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "osv").mkdir()
    (tmp_path / "osv.json").write_text("{}")
    for name in ("osv", "osv.json"):
        (tmp_path / "system.yaml").write_text(f"{HEAD}provenance: {{advisories: {name}}}\n")
        assert read_system(tmp_path / "system.yaml").system.provenance.advisories == name
    (tmp_path / "system.yaml").write_text(f"{HEAD}provenance: {{digests: digests.json}}\n")
    assert read_system(tmp_path / "system.yaml", to_be_made=("provenance",))
