"""One clear sentence for each way a statement can fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from bartizan.core.errors import UsageError
from bartizan.formats.description import Description
from bartizan.provenance import predicates
from bartizan.provenance.envelope import NotVerified, authenticated
from bartizan.provenance.files import asset_files
from bartizan.provenance.keys import private_key, public_key, write_key_pair
from bartizan.provenance.signing import of_build, of_files, verified
from bartizan.provenance.statement import STATEMENT, understood

Described = Callable[..., Description]


@pytest.fixture
def signed(folder: Path, described: Described) -> Path:
    write_key_pair(folder / "k.pem", folder / "p.pem")
    description = described()
    (folder / "s.json").write_text(of_files(description, asset_files(description), folder / "k.pem"))
    return folder / "s.json"


def check(signed: Path, described: Described, key: str = "p.pem") -> predicates.Any:
    return verified(signed, signed.parent / key, asset_files(described()))


def test_what_was_signed_holds(signed: Path, described: Described) -> None:
    said = check(signed, described)
    assert set(said.subjects) == {f.name for f in asset_files(described())}
    assert said.predicate_type == predicates.FILES


def test_the_bytes_signed_are_those_of_the_specification() -> None:
    assert authenticated("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_another_key(signed: Path, described: Described) -> None:
    write_key_pair(signed.parent / "k2.pem", signed.parent / "p2.pem")
    with pytest.raises(NotVerified, match="not with the one given"):
        check(signed, described, "p2.pem")


def test_a_changed_file(signed: Path, described: Described) -> None:
    (signed.parent / "model.onnx").write_bytes(b"other")
    with pytest.raises(NotVerified, match=r"model\.onnx is not the file that was signed"):
        check(signed, described)


def test_a_changed_statement(signed: Path, described: Described) -> None:
    envelope = json.loads(signed.read_text())
    body = json.loads(base64.b64decode(envelope["payload"]))
    body["predicate"]["system"] = "Another"
    envelope["payload"] = base64.b64encode(json.dumps(body).encode()).decode()
    signed.write_text(json.dumps(envelope))
    with pytest.raises(NotVerified, match="was changed after it was signed"):
        check(signed, described)


def test_a_file_the_statement_leaves_out(signed: Path, described: Described) -> None:
    (signed.parent / "faces" / "a" / "2.png").write_bytes(b"new")
    with pytest.raises(NotVerified, match=r"says nothing of faces/a/2\.png"):
        check(signed, described)


def test_a_file_that_is_gone(signed: Path, described: Described) -> None:
    (signed.parent / "faces" / "a" / "1.png").unlink()
    with pytest.raises(NotVerified, match=r"speaks of faces/a/1\.png"):
        check(signed, described)


def test_no_signature(signed: Path, described: Described) -> None:
    signed.write_text(json.dumps({**json.loads(signed.read_text()), "signatures": []}))
    with pytest.raises(NotVerified, match="bears no signature"):
        check(signed, described)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"payload": "%%", "payloadType": "x", "signatures": [{"sig": "%"}]}']
)
def test_no_envelope(signed: Path, described: Described, text: str) -> None:
    signed.write_text(text)
    with pytest.raises(UsageError, match=r"no signed statement|damaged"):
        check(signed, described)


def test_keys_that_are_none(signed: Path) -> None:
    folder = signed.parent
    for path, read, says in (
        ("p.pem", private_key, "holds the public key of a pair"),
        ("k.pem", public_key, "holds the private key of a pair"),
        ("model.onnx", public_key, "is no public key in PEM"),
        ("nowhere.pem", public_key, "there is no file"),
    ):
        with pytest.raises(UsageError, match=says):
            read(folder / path)
    with pytest.raises(UsageError, match="never overwritten"):
        write_key_pair(folder / "k.pem", folder / "p3.pem")
    assert (folder / "k.pem").stat().st_mode & 0o077 == 0


def test_another_kind_of_key_is_refused(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    (folder / "ec.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(UsageError, match="an Ed25519 key is needed"):
        public_key(folder / "ec.pem")


def test_how_a_model_was_made_speaks_of_its_files_and_names_what_went_in(signed: Path, described: Described) -> None:
    description, folder = described(), signed.parent
    text = of_build(description, asset_files(description), folder / "k.pem", model=None, builder="urn:me")
    (folder / "b.json").write_text(text)
    said = verified(folder / "b.json", folder / "p.pem", asset_files(description))
    assert set(said.subjects) == {"model.onnx"}
    definition = said.predicate["buildDefinition"]
    assert [d["name"] for d in definition["resolvedDependencies"]] == ["train.npz", "recipe.py", "requirements.txt"]
    assert definition["externalParameters"]["recipe"] == "recipe.py:train"


def test_a_file_that_is_spoken_of_twice_has_no_one_digest() -> None:
    twice = [{"name": "m", "digest": {"sha256": d * 64}} for d in "ab"]
    with pytest.raises(NotVerified, match="speaks of m twice"):
        understood({"_type": STATEMENT, "subject": twice}, "s.json")
