"""Answers about views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional, Sequence, Union

from tidemark import json_text

Key = Union[str, int]
"""One part of an entity key."""

EntityKey = Union[Key, Sequence[Key]]
"""An entity key: one part, or its parts in the view's order."""


def entity_text(key: EntityKey) -> str:
    """An entity key as the API writes it: its parts joined by `|`."""
    if isinstance(key, str):
        return key.replace("\\", "\\\\").replace("|", "\\|")
    if isinstance(key, int):
        return str(key)
    return "|".join(entity_text(part) for part in key)


@dataclass(frozen=True)
class Query:
    """What `batch` asks one view: the values of some entities."""

    view: str
    entities: Sequence[EntityKey]
    features: Optional[Sequence[str]] = None
    """Names of the values wanted; all when left out."""


class Answer:
    """The values of one entity. `document` is the whole answer, as it came."""

    __slots__ = ("document",)

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def __getitem__(self, name: str) -> Any:
        return self.document["features"][name]

    def __repr__(self) -> str:
        return f"Answer({self.view!r}, {dict(self.entity)!r}, {dict(self.features)!r})"

    @property
    def view(self) -> str:
        return str(self.document["view"])

    @property
    def entity(self) -> Mapping[str, str]:
        """The key's parts by field name."""
        entity: Mapping[str, str] = self.document["entity"]
        return entity

    @property
    def at(self) -> datetime:
        """The moment asked about."""
        return json_text.moment(self.document["at"])

    @property
    def features(self) -> Mapping[str, Any]:
        """Values by name; None where there was nothing to compute from."""
        features: Mapping[str, Any] = self.document["features"]
        return features

    @property
    def coverage(self) -> Mapping[str, Any]:
        """By window: exactly the event times that were counted."""
        coverage: Mapping[str, Any] = self.document["coverage"]
        return coverage

    @property
    def freshness(self) -> Mapping[str, Any]:
        """How far the stream was folded."""
        freshness: Mapping[str, Any] = self.document["freshness"]
        return freshness

    @property
    def receipt(self) -> Mapping[str, Any]:
        """Enough to compute the same values again from the archive."""
        receipt: Mapping[str, Any] = self.document["receipt"]
        return receipt

    @property
    def assumed(self) -> Sequence[int]:
        """The imports whose rows the answer may contain: when these would have arrived is assumed."""
        return self.document.get("assumed", [])  # type: ignore[no-any-return]

    @property
    def approximate(self) -> Mapping[str, Any]:
        """The values that may be inexact, and how much."""
        return self.document.get("approximate", {})  # type: ignore[no-any-return]
