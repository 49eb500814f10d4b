"""What the models of this example read of a vector: the same for training, for scoring, and for the online learner."""

from __future__ import annotations

from typing import Any, Dict, Mapping


def inputs(features: Mapping[str, Any]) -> Dict[str, Any]:
    """The vector's values by name; what has no value is left out, and NaN is what a data frame has instead."""
    return {name: value for name, value in features.items() if value is not None and value == value}
