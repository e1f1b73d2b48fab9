"""Signatures made by OpenSSF model-signing with a key of one's own, checked by that library where it is installed.

Nothing is asked of a transparency log: signatures by identity (sigstore) need the network and are not checked here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bartizan.core.errors import UsageError
from bartizan.formats.bounded import regular_file

from .envelope import NotVerified


def signature_holds(signature: Path, key: Path, model: Path) -> None:
    """Raise `NotVerified` unless the signature was made with this key over this model file; `UsageError` where that
    cannot be checked (no library, no file)."""
    for path, what in ((signature, "the model signature"), (key, "the key of model signatures")):
        regular_file(path, what, UsageError)
    config = _verifier(key)
    try:
        config.verify(model, signature)
    except Exception as error:  # the library lets whatever a hostile file causes through
        raise NotVerified(_why(error, signature, key, model)) from None


def _verifier(key: Path) -> Any:
    try:
        from model_signing import verifying
    except ImportError as error:
        raise UsageError(
            f"the model signature was not checked, since model-signing does not import ({error}); "
            "install it with: pip install 'bartizan[model-signing]'"
        ) from None
    try:
        return verifying.Config().use_elliptic_key_verifier(public_key=key)
    except Exception as error:
        raise UsageError(f"{key} is no public key for model signatures ({error}); give an EC key in PEM") from None


def _why(error: Exception, signature: Path, key: Path, model: Path) -> str:
    text = str(error)
    if "Signature mismatch" in text:
        return f"{model.name} is not the file that was signed in {signature.name}"
    if "Key mismatch" in text:
        return f"{signature.name} was made with another key than {key.name}; give the signer's public key"
    if "InvalidSignature" in type(error).__name__:
        return f"{signature.name} was changed after it was signed"
    return f"{signature.name} is no signature of model-signing that can be read ({type(error).__name__}: {text[:80]})"
