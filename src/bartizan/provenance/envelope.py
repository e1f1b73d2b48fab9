"""DSSE: a payload with its signatures (https://github.com/secure-systems-lab/dsse, protocol 1.0.2)."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bartizan.core.base import canonical_json
from bartizan.core.errors import UsageError
from bartizan.formats.locks.text import text_of

from .keys import key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class NotVerified(UsageError):
    """A statement does not hold: the one sentence says why."""

    exit_code = 1


def authenticated(kind: str, body: bytes) -> bytes:
    """The bytes that are signed: kind and body, each led by its length (the pre-authentication encoding)."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(body), body)


def signed(payload: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """The envelope's text around a statement."""
    body = canonical_json(payload).encode()
    signature = key.sign(authenticated(PAYLOAD_TYPE, body))
    envelope = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(body).decode(),
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, indent=1) + "\n"


def opened(path: Path, key: Ed25519PublicKey) -> dict[str, Any]:
    """The statement inside, once a signature by `key` holds for it.

    Raises `UsageError` when the file is no envelope, `NotVerified` when it was signed with another key or was changed.
    """
    envelope = _envelope(path)
    body = _decoded(envelope["payload"], path)
    _verify(path, envelope, body, key)
    try:
        statement = json.loads(body)
    except (ValueError, RecursionError):
        raise NotVerified(f"{path.name} is signed, and holds no JSON; it is no in-toto statement") from None
    if not isinstance(statement, dict):
        raise NotVerified(f"{path.name} is signed, and holds no mapping; it is no in-toto statement")
    return statement


def _verify(path: Path, envelope: dict[str, Any], body: bytes, key: Ed25519PublicKey) -> None:
    from cryptography.exceptions import InvalidSignature

    message, wanted = authenticated(str(envelope["payloadType"]), body), key_id(key)
    for signature in envelope["signatures"]:
        try:
            key.verify(_decoded(signature["sig"], path), message)
        except InvalidSignature:
            continue
        if envelope["payloadType"] != PAYLOAD_TYPE:
            kind = f"{str(envelope['payloadType'])[:60]!r}, not {PAYLOAD_TYPE!r}"
            raise NotVerified(f"{path.name} is signed, and says it holds {kind}")
        return
    others = [str(s.get("keyid", "")) for s in envelope["signatures"]]
    if wanted in others or not any(others):
        raise NotVerified(f"the statement in {path.name} was changed after it was signed with the key {wanted[:12]}…")
    raise NotVerified(
        f"{path.name} is signed with the key {others[0][:12]}…, not with the one given ({wanted[:12]}…); "
        "give the signer's public key, or have it signed again"
    )


def _envelope(path: Path) -> dict[str, Any]:
    wrong = UsageError(
        f"{path} is no signed statement (a DSSE envelope in JSON); make one with: bartizan provenance sign"
    )
    try:
        value = json.loads(text_of(path, "the statement"))
    except (ValueError, RecursionError):
        raise wrong from None
    signatures = value.get("signatures") if isinstance(value, dict) else None
    if not isinstance(signatures, list) or not {"payload", "payloadType"} <= value.keys():
        raise wrong
    if not signatures:
        raise NotVerified(f"{path.name} bears no signature; have it signed")
    if not all(isinstance(s, dict) and isinstance(s.get("sig"), str) for s in signatures):
        raise wrong
    return dict(value)


def _decoded(text: Any, path: Path) -> bytes:
    """Standard or URL-safe base64, as DSSE allows both."""
    try:
        return base64.b64decode(str(text).replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise UsageError(f"{path} is damaged: a part of it is no base64") from None
