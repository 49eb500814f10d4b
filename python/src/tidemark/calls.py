"""Requests as data, and what to do when they fail. Nothing here does I/O, sleeps or reads a clock.

An operation is a `Plan`: a generator that yields the calls to make and the seconds to pause, is sent what came of each
call, and returns its result. So one text serves both clients, and tests can play the network by hand.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Generator, Mapping, Optional, Sequence, TypeVar, Union

from tidemark import json_text
from tidemark.problems import NotReached, TidemarkError, is_stale, problem

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One HTTP request."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Optional[bytes] = None
    kinesis: bool = False
    """Whether it goes to the stream instead of the API."""


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. The names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


Step = Union[Call, float]
Outcome = Union[Reply, NotReached, None]
Plan = Generator[Step, Outcome, T]


@dataclass(frozen=True)
class Retry:
    """How often to try, and the pauses between: random, up to twice as long each time."""

    attempts: int = 4
    first_pause: float = 0.1
    longest_pause: float = 5.0
    longest_retry_after: float = 30.0
    uniform: Callable[[float, float], float] = random.uniform

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, at least 1."""
        limit = min(self.longest_pause, self.first_pause * 2.0 ** min(failures - 1, 30))
        return self.uniform(limit / 2, limit)


def retry_after(reply: Reply) -> Optional[float]:
    """The seconds that the server asks to wait; none if it says nothing, or a date."""
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def answered(call: Call, retry: Retry) -> Plan[Reply]:
    """Makes a call again when it was refused for now or no connection was made, and for nothing else.

    Refused for now is 429, and 503 unless a stale vector was to be refused.
    """
    failures = 0
    while True:
        outcome = yield call
        failures += 1
        if isinstance(outcome, Reply):
            asked = retry_after(outcome)
            too_long = asked is not None and asked > retry.longest_retry_after
            if not _refused_for_now(outcome) or failures == retry.attempts or too_long:
                return outcome
            yield retry.pause(failures) if asked is None else asked
        elif isinstance(outcome, NotReached):
            if not outcome.connecting or failures == retry.attempts:
                raise outcome
            yield retry.pause(failures)
        else:
            raise TypeError(f"a call has an outcome, not {outcome!r}")


def _refused_for_now(reply: Reply) -> bool:
    return reply.status == 429 or (reply.status == 503 and not is_stale(_problem_document(reply)))


def checked(reply: Reply, pinned_facts: Sequence[str] = ()) -> Reply:
    """The reply, if it is no problem."""
    if 200 <= reply.status < 300:
        return reply
    raise problem(reply.status, _problem_document(reply), retry_after(reply), pinned_facts)


def is_too_much(reply: Reply) -> bool:
    """Whether fewer rows at once might be answered: body, answer, or the entities to be read were too many."""
    if reply.status == 413:
        return True
    if reply.status not in (400, 422):
        return False
    found = _problem_document(reply)
    pointers = [error["pointer"] for error in found.get("errors", ())]
    return found.get("type") == "tag:tidemark.dev,2026:problem/answer-too-large" or pointers == ["/rows"]


def _problem_document(reply: Reply) -> Dict[str, Any]:
    """What a problem says; a text that is no JSON object, and a gateway's `message`, is its detail."""
    try:
        document = json_text.read(reply.content, exact=False)
    except ValueError:
        document = reply.content[:1000].decode("utf-8", "replace")
    if not isinstance(document, dict):
        return {"detail": str(document)}
    if "message" in document and "detail" not in document:
        document["detail"] = document["message"]
    return document


def document(reply: Reply, exact: bool) -> Any:
    """The JSON of a reply that is no problem."""
    try:
        return json_text.read(reply.content, exact)
    except ValueError as error:
        raise TidemarkError(f"the answer is no JSON: {reply.content[:200]!r}") from error
