"""Ed25519 keys in PEM files, made and read with `cryptography` (extra `sign`)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bartizan.core.errors import UsageError
from bartizan.formats.bounded import regular_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_LIMIT = 1 << 16  # bytes of a key file


def private_key(path: Path) -> Ed25519PrivateKey:
    """The signer's key. Raises `UsageError` when it is none, is another kind of key, or is behind a password."""
    serialization, ed25519 = _library()
    raw = _pem(path, "the private key")
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except TypeError:
        raise UsageError(
            f"the private key {path} is behind a password; give one without, on a disk that is safe"
        ) from None
    except ValueError as error:
        raise UsageError(f"{path} {_instead(raw, b'PUBLIC', 'private')}") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(f"{path} holds a key of another kind ({type(key).__name__}); an Ed25519 key is needed")
    return cast("Ed25519PrivateKey", key)


def public_key(path: Path) -> Ed25519PublicKey:
    """The key statements are checked with. Raises `UsageError` when it is none or of another kind."""
    serialization, ed25519 = _library()
    raw = _pem(path, "the public key")
    try:
        key = serialization.load_pem_public_key(raw)
    except ValueError as error:
        raise UsageError(f"{path} {_instead(raw, b'PRIVATE', 'public')}") from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError(f"{path} holds a key of another kind ({type(key).__name__}); an Ed25519 key is needed")
    return cast("Ed25519PublicKey", key)


def key_id(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal."""
    serialization, _ = _library()
    raw = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(raw).hexdigest()


def write_key_pair(private: Path, public: Path) -> str:
    """Make a pair, the private file readable by its owner alone; the id of the key. Overwrites nothing."""
    serialization, ed25519 = _library()
    for path in (private, public):
        if path.exists():
            raise UsageError(f"{path} exists already; a key is never overwritten, choose another name")
    key = ed25519.Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    shown = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secret)
        public.write_bytes(shown)
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written ({error.strerror})") from error
    return key_id(key.public_key())


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise UsageError(
            "signatures need the library cryptography; install it with: pip install 'bartizan[sign]'"
        ) from error
    return serialization, ed25519


def _pem(path: Path, what: str) -> bytes:
    regular_file(path, what, UsageError, remedy="correct its path")
    with path.open("rb") as stream:
        return stream.read(_LIMIT)


def _instead(raw: bytes, other: bytes, wanted: str) -> str:
    if other + b" KEY" in raw:
        return f"holds the {other.decode().lower()} key of a pair; give the {wanted} one"
    return f"is no {wanted} key in PEM (openssl genpkey -algorithm ed25519, or: bartizan provenance keys)"
