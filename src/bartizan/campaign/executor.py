"""Runs jobs in local processes, each with its own deadline. A job past it is killed; the others go on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from types import TracebackType
from typing import Protocol, Self

from pebble import ProcessExpired

from bartizan.core.vocabulary import Outcome

from .pool import schedule, worker_pool
from .subjects import sentence
from .work import Job, Result, execute


class Executor(Protocol):
    """Where jobs run. `submit` starts one; `finished` yields those that are done, as they are done."""

    def submit(self, name: str, job: Job, seconds: float) -> None:
        """Start a job with a deadline in seconds."""

    def finished(self) -> Iterator[tuple[str, Result]]:
        """The jobs that finished since, at least one as long as any runs."""


class LocalProcesses:
    """As many worker processes as asked for (default: one a core). Use as a context manager."""

    def __init__(self, workers: int | None = None, work: Callable[[Job], Result] = execute) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._work = work
        self._running: dict[Future[Result], tuple[str, float]] = {}

    def __enter__(self) -> Self:
        self._opened = worker_pool(self.workers)
        self._pool = self._opened.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def submit(self, name: str, job: Job, seconds: float) -> None:
        future = schedule(self._pool, self._work, job, seconds=seconds)
        self._running[future] = (name, seconds)

    def finished(self) -> Iterator[tuple[str, Result]]:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda f: self._running[f][0]):
            name, seconds = self._running.pop(future)
            yield name, _result(future, seconds)


def _result(future: Future[Result], seconds: float) -> Result:
    try:
        return future.result()
    except TimeoutError:
        return Result(Outcome.ERROR, f"killed after its deadline of {seconds:g} seconds")
    except ProcessExpired as error:
        return Result(Outcome.ERROR, f"the process running it died (exit code {error.exitcode})")
    except Exception as error:
        return Result(Outcome.ERROR, sentence(error))
