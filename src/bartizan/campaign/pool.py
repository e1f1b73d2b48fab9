"""Worker processes that end when they are told to, whenever that is.

They come from a fork server that has imported the engine once. Neither it nor they hear Ctrl-C or a closing terminal:
the parent does, and stops them.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING, TypeVar

from pebble import ProcessPool

from .work import prepare

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

_KEYBOARD = {signal.SIGINT, signal.SIGHUP}


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPool]:
    """A pool whose work is awaited at the end, or stopped at once when an exception ends the block."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bartizan.campaign.engine"])
    pool = ProcessPool(max_workers=workers, initializer=prepare, context=context)
    try:
        yield pool
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    else:
        pool.close()  # type: ignore[no-untyped-call]
    finally:
        pool.join()


def schedule(pool: ProcessPool, work: Callable[..., T], *args: object, seconds: float) -> Future[T]:
    """Start `work(*args)` in the pool with a deadline in seconds.

    The first call starts the processes. A signal that comes meanwhile is heard afterwards: a worker of which nobody
    knows yet could not be stopped.
    """
    with _unheard({signal.SIGHUP}):
        resource_tracker.ensure_running()
    with _unheard(_KEYBOARD):
        forkserver.ensure_running()
    with _unheard({*_KEYBOARD, signal.SIGTERM}):
        future: Future[T] = pool.schedule(work, args=args, timeout=seconds)
    return future


def in_own_process(work: Callable[..., T], *args: object, seconds: float) -> T:
    """`work(*args)` in a process of its own. Raises `TimeoutError` past the deadline, `pebble.ProcessExpired` when the
    process died, and whatever `work` raises."""
    with worker_pool(1) as pool:
        return schedule(pool, work, *args, seconds=seconds).result()


@contextmanager
def _unheard(signals: set[signal.Signals]) -> Iterator[None]:
    """Hold these signals back. Processes started meanwhile never get them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
