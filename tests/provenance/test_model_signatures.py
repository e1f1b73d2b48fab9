"""Without the library one sentence says what to install; with it, each way a signature can fail is told."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from bartizan.core.errors import UsageError
from bartizan.provenance.envelope import NotVerified
from bartizan.provenance.model_signatures import signature_holds


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    for name in ("m.sig", "key.pem", "m.bin"):
        (tmp_path / name).write_bytes(b"{}")
    return tmp_path / "m.sig", tmp_path / "key.pem", tmp_path / "m.bin"


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, files: Any) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("model_signing"):
            raise ImportError("No module named 'OpenSSL'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=r"bartizan\[model-signing\]") as error:
        signature_holds(*files)
    assert "OpenSSL" in str(error.value)
    assert not isinstance(error.value, NotVerified)


def test_a_missing_signature_is_a_sentence(files: Any) -> None:
    files[0].unlink()
    with pytest.raises(UsageError, match="there is no file"):
        signature_holds(*files)


def test_a_signature_holds_for_its_file_and_key_alone(files: Any) -> None:
    signing = pytest.importorskip("model_signing.signing", exc_type=ImportError)
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec

    sig, key, model = files
    pair, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    private = model.with_name("k.pem")
    private.write_bytes(pair.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    key.write_bytes(pair.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
    signing.Config().use_elliptic_key_signer(private_key=private).sign(model, sig)
    signature_holds(sig, key, model)
    model.write_bytes(b"other")
    with pytest.raises(NotVerified, match="is not the file that was signed"):
        signature_holds(sig, key, model)
    key.write_bytes(other.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(NotVerified, match="another key"):
        signature_holds(sig, key, model)
    sig.write_bytes(b"{}")
    with pytest.raises(NotVerified, match="no signature of model-signing that can be read"):
        signature_holds(sig, key, model)
