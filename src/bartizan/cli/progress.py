"""The live progress bar, phase by phase: trials done, rate, time left; plain lines when the output is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bartizan.core.evidence import Evidence
from bartizan.core.trial import Trial
from bartizan.core.vocabulary import Outcome
from bartizan.formats.model_scan import FileReport

PHASES = ("attacks", "re-tests")  # what is treated, and by what, is known only once the attacks are judged


class Bar:
    """Progress of a campaign, drawn on standard error. Use as a context manager.

    Each phase counts by itself: how many trials come after the findings cannot be known before them.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(PHASES[0], total=0, rate="")
        self._total = self._done = self._begun = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def started(self, total: int) -> None:
        """The next phase begins, with so many trials."""
        self._begun += 1
        self._total, self._done = total, 0
        self._bar.reset(self._task, total=total, description=self._phase)

    @property
    def _phase(self) -> str:
        return PHASES[min(max(self._begun, 1), len(PHASES)) - 1]

    def finished(self, trial: Trial, evidence: Evidence, cached: bool) -> None:
        """One is done."""
        self._done += 1
        speed = self._bar.tasks[0].speed
        rate = f"{60 * speed:.0f}/min" if speed else ""
        self._bar.update(self._task, advance=1, description=_short(f"{self._phase}: {trial.name}"), rate=rate)
        if evidence.outcome is Outcome.ERROR:
            self._console.print(f"{trial.name}: {evidence.reason}", markup=False, soft_wrap=True)
        elif not self._console.is_terminal and not cached:
            self._console.print(
                f"{self._phase} [{self._done}/{self._total}] {trial.name}: {evidence.outcome}",
                markup=False,
                soft_wrap=True,
            )


def _short(name: str, width: int = 44) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


class FileCount:
    """How many files were scanned, on standard error; nothing when that is no terminal. Use as a context manager."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(TextColumn("{task.completed:,} files scanned"), console=console, transient=True)
        self._bar.disable = not console.is_terminal
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def seen(self, report: FileReport) -> None:
        """One is done."""
        self._bar.advance(self._task)
