"""Client of Tidemark: feature values and model vectors that are fresh, exact and explainable."""

from tidemark.answers import Answer, EntityKey, Key, Query
from tidemark.calls import Retry
from tidemark.client import AsyncClient, Client
from tidemark.events import Counts, Events, Prediction
from tidemark.models import Candidate, Champion, Input, InputValue, Model, ModelInfo, N, Number, Vector, value
from tidemark.problems import (
    DefinitionChanged,
    InvalidRequest,
    NotAuthorized,
    NotFound,
    NotReached,
    StaleVector,
    Throttled,
    TidemarkError,
    TidemarkProblem,
    Unavailable,
)
from tidemark.training import TrainingSet

__all__ = [
    "Answer",
    "AsyncClient",
    "Candidate",
    "Champion",
    "Client",
    "Counts",
    "DefinitionChanged",
    "EntityKey",
    "Events",
    "Input",
    "InputValue",
    "InvalidRequest",
    "Key",
    "Model",
    "ModelInfo",
    "N",
    "NotAuthorized",
    "NotFound",
    "NotReached",
    "Number",
    "Prediction",
    "Query",
    "Retry",
    "StaleVector",
    "Throttled",
    "TidemarkError",
    "TidemarkProblem",
    "TrainingSet",
    "Unavailable",
    "Vector",
    "value",
]
