from __future__ import annotations

import pytest

from bartizan.analysis.rules.third_party_model import ThirdPartyModel
from bartizan.core.vocabulary import Level


@pytest.mark.parametrize(
    ("origin", "integrity", "fires"),
    [
        ("third_party", "hashed", True),
        ("third_party", "signed", True),
        ("unknown", "signed", True),
        ("third_party", "none", False),  # high already, without this rule
        ("from_scratch", "signed", False),
        ("fine_tuned", "signed", False),
    ],
)
def test_table(fire, origin, integrity, fires) -> None:
    changes = fire(ThirdPartyModel, model={"origin": origin}, data={"integrity": integrity})
    assert bool(changes) is fires
    for change in changes:
        assert (change.effect, change.to, change.techniques) == ("exposure_at_least", Level.HIGH, ("B2",))


def test_software_written_from_scratch_makes_no_difference(fire) -> None:
    careful = {"artefacts": "signed_safe", "dependencies": "pinned_scanned", "environments": "segregated"}
    assert fire(ThirdPartyModel, model={"origin": "third_party"}, software=careful)
