"""A SageMaker endpoint for the model of discount.ipynb: `code/inference.py` of its model.tar.gz, beside `model.json`.

A request has rows of keys and request inputs. Their vectors come from Tidemark, of the definition that the model was
trained with. Where another one is served, the request fails and says what differs. Every prediction goes to the stream.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy

from tidemark import Client

Loaded = Tuple[Dict[str, Any], Client]


def model_fn(model_dir: str) -> Loaded:
    model = json.loads(Path(model_dir, "model.json").read_text("utf-8"))
    return model, Client.aws(os.environ["TIDEMARK_API_URL"], stream=os.environ["TIDEMARK_PREDICTIONS_STREAM"])


def input_fn(body: str, content_type: str) -> List[Any]:
    if content_type != "application/json":
        raise ValueError(f"a request is application/json, not {content_type}")
    rows: List[Any] = json.loads(body)["rows"]
    return rows


def predict_fn(rows: List[Any], loaded: Loaded) -> List[Dict[str, Any]]:
    model, tm = loaded
    vectors = tm.features_many(model["model"], rows, hash=model["hash"])
    values = numpy.array([vector.array(model["names"]) for vector in vectors])
    scaled = (values - model["mean"]) / model["deviation"]
    scores = 1 / (1 + numpy.exp(-(scaled @ model["weights"] + model["bias"])))
    predictions = [tm.predicted(vector, score, version=model["version"]) for vector, score in zip(vectors, scores)]
    return [{"prediction": one.id, "score": float(score)} for one, score in zip(predictions, scores)]


def output_fn(predictions: List[Dict[str, Any]], accept: str) -> str:
    return json.dumps({"predictions": predictions})
