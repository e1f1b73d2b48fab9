from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_recorded_files_are_checked_and_a_change_is_exit_code_1(tiny: Path, run: Any) -> None:
    assert run("provenance", "record", tiny).code == 0
    tiny.write_text(tiny.read_text() + "\nprovenance: {digests: digests.json}\n")
    said = run("provenance", "check", tiny)
    assert (said.code, said.out.rstrip()[-14:]) == (0, "no differences")
    (tiny.parent / "net.safetensors").write_bytes(b"swapped")
    said = run("provenance", "check", tiny)
    assert said.code == 1
    assert "net.safetensors of 'reader' is not what was recorded" in said.out
    said = run("provenance", "gaps", tiny)
    assert said.code == 1
    assert "changed of net.safetensors" in said.out


def test_signed_and_verified_and_refused_after_a_change(tiny: Path, run: Any) -> None:
    pytest.importorskip("cryptography")
    folder = tiny.parent
    assert run("provenance", "keys", folder / "k.pem", folder / "p.pem").code == 0
    assert run("provenance", "sign", tiny, "--key", folder / "k.pem").code == 0
    ask = ("provenance", "verify", tiny, folder / "files.intoto.json", "--key", folder / "p.pem")
    assert run(*ask).code == 0
    (folder / "test.npz").write_bytes(b"swapped")
    said = run(*ask)
    assert said.code == 1
    assert "test.npz is not the file that was signed" in said.err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("chek",), "did you mean 'check'?"),
        (("check", "SYSTEM"), "names no digests"),
        (("verify", "SYSTEM"), "names no signed statements"),
        (("audit", "nowhere.txt"), "there is no file"),
        (("sign", "SYSTEM", "--key", "nowhere.pem"), "there is no file"),
    ],
)
def test_bad_input_is_one_sentence(tiny: Path, run: Any, command: tuple[str, ...], says: str) -> None:
    said = run("provenance", *(str(tiny) if part == "SYSTEM" else part for part in command))
    assert said.code == 2
    assert says in said.err
    assert said.err.count("\n") == 1


def test_an_assessment_of_other_files_is_not_signed(tiny: Path, run: Any) -> None:
    pytest.importorskip("cryptography")
    run("provenance", "keys", tiny.parent / "k.pem", tiny.parent / "p.pem")
    said = run("provenance", "sign", tiny, "--key", tiny.parent / "k.pem", "--say", "assessment")
    assert (said.code, "there is no assessment" in said.err) == (2, True)


def test_a_lock_file_is_looked_through(tmp_path: Path, run: Any) -> None:
    (tmp_path / "requirements.txt").write_text("numpy>=1\n")
    said = run("provenance", "audit", tmp_path / "requirements.txt")
    assert said.code == 1
    assert "unpinned numpy" in said.out
    (tmp_path / "requirements.txt").write_text("numpy==1 --hash=sha256:aa\n")
    assert run("provenance", "audit", tmp_path / "requirements.txt").code == 0


def test_what_was_written_and_is_not_named_is_pointed_at(tiny: Path, run: Any) -> None:
    pytest.importorskip("cyclonedx")
    pytest.importorskip("cryptography")
    assert "bom: bom.json" in run("provenance", "bom", tiny).out
    run("provenance", "record", tiny)
    assert "lies beside it" in run("provenance", "check", tiny).err
    private = tiny.parent / "k.pem"
    run("provenance", "keys", private, tiny.parent / "p.pem")
    assert "statements: [files.intoto.json]" in run("provenance", "sign", tiny, "--key", private).out
