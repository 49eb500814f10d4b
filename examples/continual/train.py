"""The training step. `tidemark run` starts it with a training set, and judges what it leaves.

In:  TIDEMARK_SET/training-set.parquet (keys, timestamp, request inputs, id, label, weight, split, then the vector).
Out: TIDEMARK_OUT/candidate.json, TIDEMARK_OUT/scores.parquet (id and score of every holdout row), and the model itself.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Dict, List

import joblib
import pandas
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from vectors import inputs


def vectors(rows: pandas.DataFrame) -> List[Dict[str, Any]]:
    """What the model reads: the columns behind `split`."""
    names = list(rows.columns)
    names = names[names.index("split") + 1 :]
    return [inputs(dict(zip(names, values))) for values in rows[names].itertuples(index=False)]


def fit(rows: pandas.DataFrame) -> Pipeline:
    model = make_pipeline(DictVectorizer(sparse=False), StandardScaler(), LogisticRegression())
    return model.fit(vectors(rows), rows["label"], logisticregression__sample_weight=rows["weight"])


def main() -> None:
    folder, out = Path(os.environ["TIDEMARK_SET"]), Path(os.environ["TIDEMARK_OUT"])
    rows = pandas.read_parquet(folder / "training-set.parquet")
    model = fit(rows[rows["split"] == "train"])

    holdout = rows[rows["split"] == "holdout"]
    scores = model.predict_proba(vectors(holdout))[:, 1] if len(holdout) else []
    pandas.DataFrame({"id": holdout["id"], "score": scores}).to_parquet(out / "scores.parquet", index=False)

    artifact = out / "model.joblib"
    joblib.dump(model, artifact)
    candidate = {
        "version": f"cut-{os.environ['TIDEMARK_CUT']}",
        "artifact": str(artifact.resolve()),
        "sha256": hashlib.sha256(artifact.read_bytes()).hexdigest(),
    }
    (out / "candidate.json").write_text(json.dumps(candidate), "utf-8")


if __name__ == "__main__":
    main()
