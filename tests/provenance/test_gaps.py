from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bartizan.formats.description import Description, read_system
from bartizan.provenance.digests import record, written
from bartizan.provenance.files import asset_files, state
from bartizan.provenance.gaps import inventory

Described = Callable[..., Description]


def pieces(description: Description) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for gap in inventory(description).gaps:
        found.setdefault(gap.piece, []).append(gap.what)
    return found


@pytest.fixture
def recorded(folder: Path, described: Described) -> Path:
    (folder / "digests.json").write_text(written(record(asset_files(described()))))
    return folder


def test_with_nothing_in_place_every_piece_is_a_gap(described: Described) -> None:
    found = pieces(described())
    assert set(found) == {"digest", "bom", "advisories"}
    assert all(inventory(described()).unaccounted)


def test_digests_account_for_files_and_leave_the_signature_open(recorded: Path, described: Described) -> None:
    description = described("{digests: digests.json}")
    assert set(pieces(description)) == {"signature", "bom", "advisories"}
    assert not any(inventory(description).unaccounted)


def test_a_changed_and_a_removed_file_are_told(recorded: Path, described: Described) -> None:
    (recorded / "model.onnx").write_bytes(b"swapped")
    (recorded / "faces" / "a" / "1.png").unlink()
    (recorded / "faces" / "a" / "2.png").write_bytes(b"x")
    description = described("{digests: digests.json}")
    assert pieces(description)["changed"] == ["model.onnx", "faces/a/1.png"]
    assert pieces(description)["digest"] == ["faces/a/2.png"]
    found = inventory(description)
    assert {f.name for f, bad in zip(found.files, found.unaccounted, strict=True) if bad} == {
        "model.onnx",
        "faces/a/2.png",
    }


def test_broken_pieces_are_gaps_and_no_error(recorded: Path, described: Described) -> None:
    for name in ("digests.json", "bom.json", "osv.json", "s.json", "p.pem"):
        (recorded / name).write_text("{")
    (recorded / "requirements.txt").write_text("=== what\n")
    found = pieces(
        described("{digests: digests.json, bom: bom.json, advisories: osv.json, statements: [s.json], key: p.pem}")
    )
    assert found["statement"] == ["digests.json", "s.json"]
    assert (found["bom"], found["advisories"], found["lock"]) == (["bom.json"], ["osv.json"], ["requirements.txt"])


def test_a_model_signature_without_the_library_or_with_a_broken_one_is_a_gap(
    recorded: Path, described: Described
) -> None:
    (recorded / "m.sig").write_text("{}")
    (recorded / "ec.pem").write_text("no key")
    description = described("{model_signatures: {model: m.sig}, model_key: ec.pem}")
    (why,) = [g.why for g in inventory(description).gaps if g.piece == "statement"]
    assert "bartizan[model-signing]" in why or "is no public key" in why


def test_a_model_signature_speaks_of_the_model_s_own_file_though_another_model_names_it_first(
    recorded: Path, described: Described
) -> None:
    (recorded / "m.sig").write_text("{}")
    (recorded / "ec.pem").write_text("no key")
    named = "{model_signatures: {twin: m.sig}, model_key: ec.pem}"
    described()
    text = recorded / "system.yaml"
    twin = "    - {id: twin, load: {kind: onnx, path: model.onnx, classes: 2, input_shape: [3]}}\n"
    written_so = text.read_text().replace("  software:", f"{twin}  software:")
    text.write_text(written_so.replace("provenance: {}", f"provenance: {named}"))
    found = [g.what for g in inventory(read_system(text)).gaps if g.piece == "statement"]
    assert found == ["m.sig"]


def test_open_dependencies_are_one_gap_a_kind(folder: Path, described: Described) -> None:
    (folder / "requirements.txt").write_text("a\nb\nc==1 --hash=sha256:aa\n")
    found = pieces(described())
    assert (found["unpinned"], found["unhashed"]) == (["a, b"], ["a, b"])
    assert inventory(described()).weak == (2, 3)


def test_what_decides_the_result_is_in_the_state(recorded: Path, described: Described) -> None:
    first = state(described("{digests: digests.json}"), "model")
    assert first == state(described("{digests: digests.json}"), "model")
    for name in ("digests.json", "requirements.txt", "recipe.py", "train.npz"):
        with (recorded / name).open("ab") as stream:
            stream.write(b"\n")
        second = state(described("{digests: digests.json}"), "model")
        assert second != first, name
        first = second
