"""Trials of the stand-in plugins, and an executor that runs them here and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bartizan.campaign.run import Campaign
from bartizan.campaign.work import Job, Result, execute
from bartizan.core.access import Access, Budget
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability
from bartizan.formats.description import read_system
from bartizan.store.store import Store

MakeTrial = Callable[..., Trial]


@pytest.fixture
def trial() -> MakeTrial:
    """`trial(name, **orders)`: a trial of the stand-in; `plugin`, `after`, `seconds`, `kind`, … as in `Trial`."""

    def make(name: str, **given: Any) -> Trial:
        plugin = given.pop("plugin", "stand_in")
        subject = given.pop("subject", Subject(kind="target" if plugin == "asker" else "files", id="model"))
        capability = Capability.SCORES if plugin == "asker" else Capability.FILES
        fields = {k: given.pop(k) for k in ("after", "answers", "seed", "examples", "version") if k in given}
        budget = Budget(seconds=given.pop("seconds", 60.0), **{k: given.pop(k) for k in ("queries",) if k in given})
        return Trial(
            name=name, kind="attack", plugin=plugin, subject=subject, budget=budget, params=given,
            access=Access(capabilities=(capability,)), **{"version": 1, **fields},
        )  # fmt: skip

    return make


class Inline:
    """Runs each job when it is submitted; remembers which."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self._done: list[tuple[str, Result]] = []

    def submit(self, name: str, job: Job, seconds: float) -> None:
        self.ran.append(name)
        self._done.append((name, execute(job)))

    def finished(self) -> Iterator[tuple[str, Result]]:
        done, self._done = self._done, []
        yield from done


class Bench:
    """A described system with a store; `run(*trials)` is one call of the program, from reading to closing."""

    def __init__(self, path: Path) -> None:
        self.path, self.root = path, path.parent / "store"
        self.executor = Inline()

    def run(self, *trials: Trial, executor: Any = None, progress: Any = None) -> Campaign:
        self.executor = executor or Inline()
        with Store(self.root) as store:
            extra = {"progress": progress} if progress else {}
            campaign = Campaign(read_system(self.path), store, self.executor, **extra)
            campaign.run(trials)
            self.damaged = store.damaged
        return campaign


@pytest.fixture
def bench(sum_system: Path) -> Bench:
    """The smallest system with an empty store."""
    return Bench(sum_system)
