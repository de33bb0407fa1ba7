"""Independent pieces of work shared with a forked copy of this process, on another processor.

The copy takes the pieces from the front of a given order and this process from its back, until they meet, so
that neither waits for the other whatever the pieces cost. The copy has everything that this process has; only
results travel, pickled.

It is a short cut and no more: where a process cannot be forked, where there is no second processor, and where
the copy fails in whatever way, the work is done here. So results and errors are those of plain calls in order.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

Result = TypeVar("Result")

_PIPE = 1 << 20
"""Bytes of results that the copy may be ahead of this process: a default pipe holds less than one report."""
_HEAD = 8


def processors() -> int:
    """How many processors this process may use; 1 where it cannot be forked safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def shared(
    works: Sequence[Callable[[], Result]],
    order: Sequence[int],
    processes: int,
    begin: Callable[[int], object] = lambda place: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Result]:
    """The results of independent pieces of work, in the order of the pieces.

    Args:
        works: the pieces. They must neither print nor write: the copy ends without a trace.
        order: their places in the order in which the copy begins with them; the costly ones first.
        processes: how many processes there may be; with 1 the pieces are done here, one after the other.
        begin: told the place of each piece that is begun here.
        meanwhile: called here, perhaps repeatedly, where nothing is left but to wait for the copy.
    """

    def done_here(place: int) -> Result:
        begin(place)
        return works[place]()

    if processes < 2 or len(works) < 2 or processors() < 2:
        return list(map(done_here, range(len(works))))
    try:
        copy = _Copy([works[place] for place in order])
    except OSError:  # the system allows no further process
        return list(map(done_here, range(len(works))))
    done: dict[int, Result] = {}
    try:
        back = len(order)
        while len(copy.results) < back:
            if copy.works and back - 1 == len(copy.results):
                meanwhile()
                copy.receive(wait=True)
                continue
            back -= 1
            done[order[back]] = done_here(order[back])
            copy.receive(wait=False)
    except Exception:
        copy.end()
        return list(map(done_here, range(len(works))))  # so that the first in their own order is heard of
    finally:
        copy.end()
    done |= dict(zip(order, copy.results, strict=False))
    return [done[place] for place in range(len(works))]


class _Copy:
    """A copy of this process that works, and what has come from it: the results from the front of the order."""

    def __init__(self, works: Sequence[Callable[[], object]]) -> None:
        self.results: list[Any] = []
        self.works = True
        self._arrived = bytearray()
        self._reader, writer = os.pipe()
        with warnings.catch_warnings():
            # Python warns of forking beside threads: the copy runs none, and takes no lock that one may hold
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                self._child = os.fork()
            except OSError:
                os.close(self._reader)
                os.close(writer)
                raise
        if self._child == 0:
            _work_and_exit(works, self._reader, writer)
        os.close(writer)

    def receive(self, wait: bool) -> None:
        """Take what has arrived; with ``wait``, until one more result is there or none will come."""
        known = len(self.results)
        while self.works and select.select([self._reader], [], [], None if wait else 0)[0]:
            part = os.read(self._reader, _PIPE)
            self.works = bool(part)
            self._arrived += part
            while len(self._arrived) >= _HEAD:
                end = _HEAD + int.from_bytes(self._arrived[:_HEAD], "big")
                if len(self._arrived) < end:
                    break
                self.results.append(pickle.loads(self._arrived[_HEAD:end]))
                del self._arrived[:end]
            wait = wait and len(self.results) == known

    def end(self) -> None:
        """Let the copy go, finished or not."""
        if self._child:
            os.close(self._reader)
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = 0


def _work_and_exit(works: Sequence[Callable[[], object]], reader: int, writer: int) -> NoReturn:
    """All that the copy does: each result behind its length, until a piece fails."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.close(reader)
        from symconv.pickling import dumps  # which needs SymPy, as the work does

        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE)
        with open(writer, "wb", buffering=0) as pipe:
            for work in works:
                result = dumps(work())
                message = memoryview(len(result).to_bytes(_HEAD, "big") + result)
                while message:
                    message = message[pipe.write(message) :]
    finally:
        os._exit(0)
