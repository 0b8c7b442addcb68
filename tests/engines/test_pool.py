"""Processes that share work: what they return, and how their failures are told."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from pool_work import Counted, add, fail, leave, unsendable

from lineage.engines.pool import Pool, Task
from lineage.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool([Task(Counted, (number,)) for number in (10, 20)])
    yield pool
    pool.close()


def test_results_name_their_task_and_their_process(pool: Pool) -> None:
    results = list(pool.spread({number: Task(add, (number,)) for number in range(6)}))
    assert sorted(result.task for result in results) == list(range(6))
    for task, worker, value in results:
        assert value == (10, 20)[worker] + task


def test_a_task_goes_to_its_owner(pool: Pool) -> None:
    results = list(pool.spread({0: Task(add, (0,)), 1: Task(add, (0,))}, owners=[1, 1]))
    assert [(result.worker, result.value) for result in results] == [(1, 20), (1, 20)]


def test_no_tasks_no_results(pool: Pool) -> None:
    assert list(pool.spread({})) == []


def test_an_error_of_ours_comes_as_it_is() -> None:
    pool = Pool([Task(Counted, (0,))])
    try:
        with pytest.raises(UsageError, match=r"\Aseven is wrong\Z"):
            list(pool.spread({0: Task(fail, ("seven is wrong",))}))
    finally:
        pool.close()


def test_an_error_that_cannot_be_sent_is_told_in_words() -> None:
    pool = Pool([Task(Counted, (0,))])
    try:
        with pytest.raises(RuntimeError, match="UnsendableError: a, b"):
            list(pool.spread({0: Task(unsendable, ())}))
    finally:
        pool.close()


def test_a_process_that_ends_is_one_clear_line() -> None:
    pool = Pool([Task(Counted, (0,))])
    try:
        with pytest.raises(EngineError, match=r"before its work was done \(exit code 9\); if"):
            list(pool.spread({0: Task(leave, ())}))
    finally:
        pool.close()


def test_what_cannot_travel_is_said_at_once() -> None:
    with pytest.raises(EngineError, match=r"processes can't be started .*; use --jobs 1"):
        Pool([Task(Counted, (lambda: None,))])


def test_closing_ends_processes_that_are_at_work() -> None:
    pool = Pool([Task(Counted, (0,))])
    (worker,) = pool._processes
    work = pool.spread({0: Task(time.sleep, ())})
    pool.close()
    assert worker.exitcode is not None
    assert worker.pid != os.getpid()
    del work
