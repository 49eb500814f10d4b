from __future__ import annotations

from typing import Any, List

import pytest

from tidemark import NotReached, Retry
from tidemark.calls import Call, Reply, answered

CALL = Call("GET", "/v1/health")
RETRY = Retry(attempts=3, uniform=lambda low, high: high)


def played(outcomes: List[Any]) -> List[Any]:
    """What a plan did when the network said this: its calls, its pauses, and its result."""
    plan = answered(CALL, RETRY)
    done: List[Any] = []
    outcome = None
    try:
        while True:
            step = plan.send(outcome)
            done.append("call" if step is CALL else step)
            outcome = outcomes.pop(0) if step is CALL else None
    except StopIteration as end:
        return [*done, end.value.status]
    except NotReached as error:
        return [*done, str(error)]


def reply(status: int, **headers: str) -> Reply:
    return Reply(status, headers, b"")


def test_an_answer_is_asked_for_once() -> None:
    for status in (200, 400, 404, 412, 500, 502, 504):
        assert played([reply(status)]) == ["call", status]


def test_what_is_refused_for_now_is_asked_again_after_growing_pauses() -> None:
    assert played([reply(429), reply(503), reply(200)]) == ["call", 0.1, "call", 0.2, "call", 200]
    assert played([reply(503), reply(503), reply(503)]) == ["call", 0.1, "call", 0.2, "call", 503]


def test_retry_after_is_honoured_unless_it_is_too_long() -> None:
    assert played([reply(429, **{"retry-after": "7"}), reply(200)]) == ["call", 7.0, "call", 200]
    assert played([reply(429, **{"retry-after": "31"})]) == ["call", 429]


def test_only_a_connection_that_was_not_made_is_tried_again() -> None:
    refused, broken = NotReached("refused", connecting=True), NotReached("broken", connecting=False)
    assert played([refused, reply(200)]) == ["call", 0.1, "call", 200]
    assert played([refused, refused, refused]) == ["call", 0.1, "call", 0.2, "call", "refused"]
    assert played([broken]) == ["call", "broken"]


def test_pauses_are_bounded_and_random() -> None:
    drawn: List[Any] = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    assert Retry(uniform=uniform).pause(100) == 2.5
    assert drawn == [(2.5, 5.0)]


@pytest.mark.parametrize("failures", [1, 2, 5, 50])
def test_the_default_draws_within_its_bounds(failures: int) -> None:
    limit = min(5.0, 0.1 * 2 ** (failures - 1))
    assert limit / 2 <= Retry().pause(failures) <= limit
