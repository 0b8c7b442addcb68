"""Processes that each hold an object, and are given one piece of work for it at a time."""

from __future__ import annotations

import pickle
import signal
import traceback
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage import cycle_collector
from lineage.errors import EngineError, LineageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

PATIENCE = 5.0
"""Seconds that a process is given to end on its own."""


class Task(NamedTuple):
    """A function, and what it is called with (behind the process's own object)."""

    function: Callable[..., object]
    arguments: tuple[Any, ...]


class Result(NamedTuple):
    """What a task came to.

    Attributes:
        task: its number.
        worker: number of the process that did it.
        value: what it returned.
    """

    task: int
    worker: int
    value: object


class Pool:
    """Processes, started anew by `spawn`: the same on every system.

    Args:
        makers: one a process; makes the object that it holds.
    """

    def __init__(self, makers: Sequence[Task]) -> None:
        context = get_context("spawn")
        self._processes: list[SpawnProcess] = []
        self._connections: list[Connection[Any, Any]] = []
        try:
            for maker in makers:
                here, there = context.Pipe()
                process = context.Process(target=_serve, args=(there, maker), daemon=True)
                process.start()
                there.close()
                self._processes.append(process)
                self._connections.append(here)
        except (OSError, pickle.PicklingError, AttributeError, TypeError) as error:
            self.close()
            raise EngineError(f"processes can't be started ({error}); use --jobs 1") from error

    def spread(
        self, tasks: Mapping[int, Task], owners: Sequence[int] | None = None
    ) -> Iterator[Result]:
        """Has tasks done, and yields what they come to as they are done.

        Args:
            tasks: by number, in the order in which they are given out.
            owners: for each task, the process that must do it; None for whichever is free.

        Raises:
            EngineError: a process ended before its work was done.
            LineageError: raised by a task; so is any other exception.
        """
        waiting = [
            [number for number in tasks if owners is None or owners[number] == worker]
            for worker in range(len(self._processes))
        ]
        for queue in waiting:
            queue.reverse()
        given: set[int] = set()
        busy: dict[int, int] = {}
        for worker in range(len(self._processes)):
            self._give(worker, waiting[worker], tasks, given, busy)
        while busy:
            for worker in self._ready(busy):
                value = self._receive(worker)
                number = busy.pop(worker)
                self._give(worker, waiting[worker], tasks, given, busy)
                yield Result(number, worker, value)

    def everywhere(self, task: Task) -> None:
        """Has every process do a task."""
        for worker in range(len(self._processes)):
            self._send(worker, task)
        for worker in range(len(self._processes)):
            self._receive(worker)

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(PATIENCE)

    def _give(
        self,
        worker: int,
        queue: list[int],
        tasks: Mapping[int, Task],
        given: set[int],
        busy: dict[int, int],
    ) -> None:
        while queue:
            number = queue.pop()
            if number not in given:
                given.add(number)
                busy[worker] = number
                self._send(worker, tasks[number])
                return

    def _send(self, worker: int, task: Task) -> None:
        try:
            self._connections[worker].send(task)
        except OSError as error:
            raise self._broken(worker) from error

    def _ready(self, busy: Mapping[int, int]) -> list[int]:
        """The processes that have something to say, or have ended."""
        handles: dict[Any, int] = {}
        for worker in busy:
            handles[self._connections[worker]] = worker
            handles[self._processes[worker].sentinel] = worker
        return list({handles[handle]: None for handle in wait(list(handles))})

    def _receive(self, worker: int) -> object:
        try:
            succeeded, value = self._connections[worker].recv()
        except (EOFError, OSError) as error:
            raise self._broken(worker) from error
        if succeeded:
            return value
        assert isinstance(value, BaseException)  # noqa: S101 - as `_serve` sends
        raise value

    def _broken(self, worker: int) -> EngineError:
        process = self._processes[worker]
        process.join(PATIENCE)
        code = process.exitcode
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return EngineError(
            f"a worker process ended before its work was done ({how}); if memory ran out, use fewer"
            " --jobs or a smaller --memory"
        )


def _serve(connection: Connection[Any, Any], maker: Task) -> None:
    """What a process does: makes its object, then what it is told, until nobody is there."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    with cycle_collector.off(), suppress(EOFError, OSError):
        held: object = None
        while True:
            task = connection.recv()
            try:
                if held is None:
                    held = maker.function(*maker.arguments)
                answer = (True, task.function(held, *task.arguments))
            except BaseException as error:  # native modules panic with one that is no Exception
                answer = (False, _travelling(error))
            connection.send(answer)


def _travelling(error: BaseException) -> BaseException:
    """The error as it can be sent, its traceback among its notes."""
    if not isinstance(error, LineageError | MemoryError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
