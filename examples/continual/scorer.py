"""Scores what the shop asks, with the model that the training log names, and logs every prediction."""

from __future__ import annotations

import hashlib
import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

import joblib

from shop import Ask
from tidemark import Candidate, Champion, Client, NotFound, Prediction
from tidemark.models import Row
from vectors import inputs

CONSTANT = 0.5
"""What is predicted as long as there is no champion."""


def load(artifact: str, sha256: Optional[str]) -> Any:
    """The model in this file. What is unpickled is code, so nothing is that the training log does not name."""
    data = Path(artifact).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{artifact} is not the artifact that the training log names")
    return joblib.load(io.BytesIO(data))


@dataclass(frozen=True)
class Scored:
    """A prediction, and what the model read."""

    prediction: Prediction
    inputs: Dict[str, Any]


class Scorer:
    """Asks for vectors, scores them, and logs predictions."""

    def __init__(self, client: Client, look_every: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._look_every = look_every
        self._clock = clock
        self._look_at = clock()
        self._models: Dict[str, Any] = {}
        self._champion = Champion("discount", None, None)

    def offer(self, asks: Sequence[Ask]) -> List[Scored]:
        """One prediction for each, in order."""
        self._look()
        if not asks:
            return []
        rows: List[Row] = [
            {
                "keys": {"user_id": ask.user_id, "item_id": ask.item_id},
                "request": {"list_price": ask.list_price, "device": ask.device},
            }
            for ask in asks
        ]
        used, shadow = self._champion.used, self._champion.shadow
        vectors = self._client.features_many("discount", rows, hash=used.hash if used else None)
        read = [inputs(vector.as_dict()) for vector in vectors]
        scores = self._scores(used, read)
        shadows = self._scores(shadow, read) if shadow else None
        scored = []
        for place, vector in enumerate(vectors):
            prediction = self._client.predicted(
                vector,
                score=scores[place],
                version=used.version if used else "constant",
                challengers={"candidate": shadows[place]} if shadows else None,
            )
            scored.append(Scored(prediction, read[place]))
        return scored

    def _look(self) -> None:
        """Asks now and then who the champion is."""
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + self._look_every
        try:
            self._champion = self._client.champion("discount")
        except NotFound:
            self._champion = Champion("discount", None, None)

    def _scores(self, model: Optional[Candidate], read: Sequence[Mapping[str, Any]]) -> List[float]:
        if model is None:
            return [CONSTANT] * len(read)
        if model.artifact not in self._models:
            self._models[model.artifact] = load(model.artifact, model.sha256)
        return [float(score) for score in self._models[model.artifact].predict_proba(read)[:, 1]]
