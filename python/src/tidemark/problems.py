"""What can go wrong, one class for each thing that a caller would handle differently."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Tuple


class TidemarkError(Exception):
    """Whatever this package raises on its own account."""


class NotReached(TidemarkError):
    """No answer came: the server could not be connected to, or the connection broke."""

    def __init__(self, message: str, *, connecting: bool) -> None:
        super().__init__(message)
        self.connecting = connecting
        """Whether not even a connection was made, so that the server has not seen the request."""


class TidemarkProblem(TidemarkError):
    """An answer that is a problem; `document` is the whole of it, as it came."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after: Optional[float] = None) -> None:
        self.status = status
        self.document = document
        self.retry_after = retry_after
        """How many seconds the server asks to wait, if it says so."""
        self.type: str = document.get("type", "about:blank")
        self.title: str = document.get("title", f"HTTP status {status}")
        self.detail: str = document.get("detail", "")
        self.remedy: str = document.get("remedy", "")
        self.available: Sequence[str] = tuple(document.get("available", ()))
        self.errors: Sequence[Tuple[str, str]] = tuple((e["pointer"], e["detail"]) for e in document.get("errors", ()))
        """Every wrong place of the request's body: a JSON pointer, and what is wrong there."""
        self.instance: str = document.get("instance", "")
        super().__init__(self._text())

    def _text(self) -> str:
        text = f"{self.title} ({self.status})"
        if self.detail:
            text += f": {self.detail}"
        text += "".join(f"\n  {pointer}: {detail}" for pointer, detail in self.errors)
        if self.remedy:
            text += f"\n  What to do: {self.remedy}"
        if self.available:
            text += f"\n  Available: {', '.join(self.available)}"
        return text


class InvalidRequest(TidemarkProblem):
    """The request itself is wrong (400, 413, 414, 415, 422)."""


class NotAuthorized(TidemarkProblem):
    """The caller is not known, or may not do this (401, 403)."""


class NotFound(TidemarkProblem):
    """No such view, feature or model (404); `available` says which there are."""


class Throttled(TidemarkProblem):
    """Too many requests, and the retries were used up (429)."""


class Unavailable(TidemarkProblem):
    """The server cannot answer now (502, 503, 504), and the retries were used up."""


class StaleVector(TidemarkProblem):
    """The vector would be staler than the model allows, and `stale="refuse"` was asked for (503)."""


class DefinitionChanged(TidemarkProblem):
    """The model is defined differently from what the caller was made for (412).

    `missing` has the facts of the caller's definition that the served one lacks, `added` those that only the served one
    has. Without the caller's facts, which only a generated class has, and where the server does not know them either,
    `missing` is empty and `added` has all.
    """

    def __init__(
        self, document: Mapping[str, Any], *, pinned_facts: Sequence[str] = (), retry_after: Optional[float] = None
    ) -> None:
        self.served_hash: str = document.get("served", {}).get("hash", "")
        served = document.get("served", {}).get("facts", ())
        pinned = pinned_facts or document.get("pinned", {}).get("facts", ())
        self.missing: Sequence[str] = tuple(fact for fact in pinned if fact not in set(served))
        self.added: Sequence[str] = tuple(fact for fact in served if fact not in set(pinned))
        super().__init__(412, document, retry_after)

    def _text(self) -> str:
        lines = [f"\n  - {fact}" for fact in self.missing] + [f"\n  + {fact}" for fact in self.added]
        return super()._text() + "".join(lines)


_BY_STATUS = {
    400: InvalidRequest,
    413: InvalidRequest,
    414: InvalidRequest,
    415: InvalidRequest,
    422: InvalidRequest,
    401: NotAuthorized,
    403: NotAuthorized,
    404: NotFound,
    429: Throttled,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def is_stale(document: Mapping[str, Any]) -> bool:
    """Whether it is the problem of a stale vector. How long to wait for a fresh one, only the caller knows."""
    return document.get("type") == "tag:tidemark.dev,2026:problem/stale"


def problem(
    status: int, document: Mapping[str, Any], retry_after: Optional[float], pinned_facts: Sequence[str]
) -> TidemarkProblem:
    """The exception for an answer that is a problem."""
    if status == 412:
        return DefinitionChanged(document, pinned_facts=pinned_facts, retry_after=retry_after)
    if is_stale(document):
        return StaleVector(status, document, retry_after)
    return _BY_STATUS.get(status, TidemarkProblem)(status, document, retry_after)
