from __future__ import annotations

import pytest
from pydantic import ValidationError

from bartizan.core.system import Provenance


@pytest.mark.parametrize(
    ("given", "key"), [({"statements": ["s.json"]}, "key"), ({"model_signatures": {"m": "m.sig"}}, "model_key")]
)
def test_a_signature_without_a_key_is_refused(given: dict[str, object], key: str) -> None:
    with pytest.raises(ValidationError, match=f"give '{key}'"):
        Provenance.model_validate(given)
    assert Provenance.model_validate({**given, key: "p.pem"})
