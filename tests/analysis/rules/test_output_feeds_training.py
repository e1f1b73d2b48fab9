from __future__ import annotations

import pytest

from bartizan.analysis.rules.output_feeds_training import OutputFeedsTraining


def flow(source: str, to: str) -> dict[str, str]:
    return {"from": source, "to": to, "carries": "records"}


@pytest.mark.parametrize(
    ("flows", "fires"),
    [
        ([flow("api", "train")], True),
        ([flow("reader", "train")], True),
        ([flow("api", "service"), flow("service", "train")], True),
        ([flow("train", "reader"), flow("outside", "api")], False),
        ([flow("api", "outside"), flow("outside", "train")], False),  # another world than the one we answer to
        ([flow("service", "train")], False),
        ([flow("api", "service"), flow("service", "api")], False),  # a loop ends
    ],
)
def test_table(fire, flows, fires) -> None:
    changes = fire(OutputFeedsTraining, flows=flows)
    assert {c.effect for c in changes} == ({"likelihood_up", "exposure_at_least"} if fires else set())
    assert all(c.techniques == ("P3",) for c in changes)
