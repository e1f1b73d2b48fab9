from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.campaign.memory import Memory


def test_what_an_earlier_trial_took_is_not_counted_again() -> None:
    first = Memory()
    big = np.ones(64 << 20, np.uint8)
    del big
    taken = first.readings()
    if "worker_peak_mib" in taken:
        pytest.skip("this system cannot start the peak anew")
    assert taken["peak_growth_mib"] >= 60
    second = Memory()
    small = np.ones(8 << 20, np.uint8)
    del small
    assert second.readings()["peak_growth_mib"] < 40
    assert second.readings()["peak_mib"] < taken["peak_mib"]


def test_where_the_peak_cannot_start_anew_it_is_called_that_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refuse)
    assert set(Memory().readings()) == {"worker_peak_mib"}
