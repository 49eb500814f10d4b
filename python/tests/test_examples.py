"""What lies in `examples` does what it says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, Callable

import pytest

from tidemark import Client, Counts, DefinitionChanged

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_notebook_runs_to_its_end() -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(EXAMPLES / "discount.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in cells] == [[]] * len(cells), "outputs are not stored: clear them"
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_a_sagemaker_endpoint(
    tidemark_local: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tm = tidemark_local(EXAMPLES / "discount.yaml")
    for name, value in tm._environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TIDEMARK_API_URL", str(tm._http.base_url))
    monkeypatch.setenv("TIDEMARK_PREDICTIONS_STREAM", "predictions")
    model = {
        "model": "discount",
        "hash": tm.model("discount").hash,
        "names": ["price_vs_usual", "request.list_price"],
        "mean": [0, 20],
        "deviation": [1, 10],
        "weights": [0.5, 1],
        "bias": -0.5,
        "version": "1",
    }
    (tmp_path / "model.json").write_text(json.dumps(model))
    handlers = _handlers()
    rows = [
        {"keys": {"user_id": "nobody", "item_id": "i7"}, "request": {"list_price": price, "device": "tv"}}
        for price in (20, 1e6)
    ]

    loaded = handlers.model_fn(str(tmp_path))
    with loaded[1] as client:
        asked = handlers.input_fn(json.dumps({"rows": rows}), "application/json")
        answer = json.loads(handlers.output_fn(handlers.predict_fn(asked, loaded), "application/json"))
        assert [one["score"] for one in answer["predictions"]] == [0.5, 1]
        assert client.events.flush(30)
        assert client.events.counts == Counts(2, 0, 0, 0)
        with pytest.raises(DefinitionChanged):
            handlers.predict_fn(asked, ({**model, "hash": "0000000000000000"}, client))
    with pytest.raises(ValueError, match="not text/csv"):
        handlers.input_fn("", "text/csv")


def _handlers() -> Any:
    spec = importlib.util.spec_from_file_location("inference", EXAMPLES / "sagemaker/inference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
