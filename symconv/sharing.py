"""Independent pieces of work shared with a forked copy of this process, on another processor.

The copy takes the pieces from the front of a given order and this process from its back, until they meet, so
that neither waits for the other whatever the pieces cost. The copy has everything that this process has; only
results travel, pickled. Work can begin before all that it needs is known (:class:`Ahead`).

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
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import RawIOBase
from typing import Any, Generic, NoReturn, Self, TypeVar

from symconv.pickling import dumps

Key = TypeVar("Key")
Known = TypeVar("Known")
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
    ahead: Ahead[Any, Any, Result] | None = None,
) -> list[Result]:
    """The results of independent pieces of work, in the order of the pieces.

    Args:
        works: the pieces. They must neither print nor write: the copy ends without a trace.
        order: their places in the order in which the copy begins with them; the costly ones first.
        processes: how many processes there may be; with 1 the pieces are done here, one after the other.
        begin: told the place of each piece that is begun here.
        ahead: a copy that is at work already at the first pieces of the order, and ends with this call.
    """

    def done_here(place: int) -> Result:
        begin(place)
        return works[place]()

    copies = processes > 1 and processors() > 1
    if not copies or (len(works) < 2 and ahead is None):
        return list(map(done_here, range(len(works))))
    left = deque(order)
    done: dict[int, Result] = {}
    copy: _Copy | None = ahead.copy if ahead else None
    its = ahead.count if ahead else 0  # how many the copy has still to bring
    try:
        while left:
            if copy is None and copies and len(left) > 1:
                its = len(left)
                try:
                    copy = _Copy(works[place]() for place in tuple(left))
                except OSError:  # the system allows no further process
                    copies = False
            waits = copy is not None and len(left) == 1
            if not waits:
                place = left.pop()
                done[place] = done_here(place)
            if copy is not None:
                for result in copy.received(wait=waits)[: len(left)]:  # it may go on with what was done here
                    done[left.popleft()] = result
                    its -= 1
                if not (its and copy.works):
                    copies = not its  # one that failed would fail again
                    copy.end()
                    copy = None
    except Exception:
        if copy is not None:
            copy.end()
        return list(map(done_here, range(len(works))))  # so that the first in their own order is heard of
    finally:
        if copy is not None:
            copy.end()
    return [done[place] for place in range(len(works))]


class Ahead(Generic[Key, Known, Result]):
    """Pieces of work that a copy of this process begins before all that they need is known.

    Each has a key, and is a function that does what can be done already; what it returns takes what is told of
    the piece with that key, and completes it. :func:`shared` brings the results in. As a context, it lets the
    copy go at the end.
    """

    def __init__(
        self,
        pieces: Mapping[Key, Callable[[], Callable[[Known], Result]]],
        after: Ahead[Any, Any, Any] | None = None,
    ) -> None:
        """Fork.

        Args:
            pieces: the pieces by their keys.
            after: another, which begins all of its pieces first: three at a time would hinder each other.

        Raises:
            OSError: the system allows no further process.
        """
        self.keys = tuple(pieces)
        self._reader, self._teller = os.pipe()
        self._has_begun, self._begins = os.pipe()
        self._listens = True
        try:
            self.copy = _Copy(self._completed(pieces, after))
        except OSError:
            self._hang_up()
            raise
        finally:
            os.close(self._reader)
            os.close(self._begins)

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.keys)

    def tell(self, known: Mapping[Key, Known], without: tuple[type, ...] = ()) -> None:
        """Say, once, what the pieces lack; values of the types ``without`` arrive as None.

        A copy that cannot be told ends, and its work is done here.
        """
        with suppress(Exception), os.fdopen(self._teller, "wb", buffering=0, closefd=False) as pipe:
            _send(dumps(known, without), pipe)
        self._hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._hang_up()
        self.copy.end()

    def _hang_up(self) -> None:
        if self._listens:
            self._listens = False
            os.close(self._teller)
            os.close(self._has_begun)

    def _completed(
        self,
        pieces: Mapping[Key, Callable[[], Callable[[Known], Result]]],
        after: Ahead[Any, Any, Any] | None,
    ) -> Iterator[Result]:
        """The results, in the copy: it begins with what it can until it is told what it lacks."""
        os.close(self._teller)
        if after and after._listens:
            os.read(after._has_begun, 1)  # nothing comes, and the end when all is begun
        begun: deque[tuple[Key, Callable[[Known], Result]]] = deque()
        known: Mapping[Key, Known] | None = None
        for place, (key, begin) in enumerate(pieces.items(), 1):
            begun.append((key, begin()))
            if last := place == len(pieces):
                os.close(self._begins)
            if known is None and select.select([self._reader], [], [], None if last else 0)[0]:
                known = pickle.loads(_sent(self._reader))
            while known is not None and begun:
                key, complete = begun.popleft()
                yield complete(known[key])


class _Copy:
    """A copy of this process at work, and what comes from it.

    Args:
        results: what it brings, in its order; they are computed by the copy alone.
    """

    def __init__(self, results: Iterator[object]) -> None:
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
            _work_and_exit(results, self._reader, writer)
        os.close(writer)

    def received(self, wait: bool) -> list[Any]:
        """What has arrived since; with ``wait``, at least one more result, unless none will come."""
        results: list[Any] = []
        while self.works and select.select([self._reader], [], [], None if wait else 0)[0]:
            part = os.read(self._reader, _PIPE)
            self.works = bool(part)
            self._arrived += part
            while len(self._arrived) >= _HEAD:
                end = _HEAD + int.from_bytes(self._arrived[:_HEAD], "big")
                if len(self._arrived) < end:
                    break
                results.append(pickle.loads(self._arrived[_HEAD:end]))
                del self._arrived[:end]
            wait = wait and not results
        return results

    def end(self) -> None:
        """Let the copy go, finished or not."""
        if self._child:
            child, self._child = self._child, 0  # whatever interrupts this, nothing is closed or killed twice
            os.close(self._reader)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _work_and_exit(results: Iterator[object], reader: int, writer: int) -> NoReturn:
    """All that the copy does: each result behind its length, until a piece fails."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.close(reader)
        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE)
        with open(writer, "wb", buffering=0) as pipe:
            for result in results:
                _send(dumps(result), pipe)
    finally:
        os._exit(0)


def _send(data: bytes, pipe: RawIOBase) -> None:
    """Data behind its length."""
    message = memoryview(len(data).to_bytes(_HEAD, "big") + data)
    while message:
        message = message[pipe.write(message) :]


def _sent(reader: int) -> bytes:
    """One message, waited for.

    Raises:
        EOFError: nobody will send one.
    """
    arrived = bytearray()
    while len(arrived) < _HEAD or len(arrived) < _HEAD + int.from_bytes(arrived[:_HEAD], "big"):
        if not (part := os.read(reader, _PIPE)):
            raise EOFError
        arrived += part
    return bytes(arrived[_HEAD:])
