"""What docs/import.md shows is what happens: the CDNOW purchase log, imported, has the values that pandas computes."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List

import pandas
import pytest

from tidemark import Client, Query
from tidemark.training import run

pytest.importorskip("pyarrow")

PAGE = (Path(__file__).parents[2] / "docs/import.md").read_text("utf-8")
NAMES = ["orders_30d", "orders_lifetime", "spent_30d", "spent_lifetime", "average_30d", "largest_30d", "cds_30d"]


def _block(language: str, beginning: str) -> str:
    (found,) = (text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.S) if text.startswith(beginning))
    return str(found)


def _commands() -> List[List[str]]:
    return [line.split() for line in re.findall(r"^tidemark (import .*)$", PAGE, re.M)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page."""
    made = tmp_path_factory.mktemp("cdnow")
    (download,) = re.findall(r"^pip (.*)$", PAGE, re.M)
    command = [sys.executable, "-m", "pip", *download.split()]
    pip = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    if pip.returncode:
        pytest.skip(f"the purchase log could not be downloaded: {pip.stderr.strip()}")
    script = subprocess.run(
        [sys.executable, "-c", _block("python", "import zipfile")], cwd=made, capture_output=True, text=True, check=True
    )
    said = re.fullmatch(r"69659 orders; the seam is (\S+)\n", script.stdout)
    assert said is not None, script.stdout
    catalog = re.sub(r"until: [^}]*", f"until: {said.group(1)}", _block("yaml", "tidemark: 1"))
    (made / "catalog.yaml").write_text(catalog, "utf-8")
    (made / "orders.map.yaml").write_text(_block("yaml", "format: parquet"), "utf-8")
    return made


def test_a_30_day_window_is_right_at_once(
    folder: Path, tidemark_local: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tidemark_local(folder / "catalog.yaml")
    monkeypatch.chdir(folder)
    check, imported, status, reconcile, again = _commands()
    with pytest.raises(Exception, match="NO_ARCHIVE"):
        run(check, client._environment)
    run(imported, client._environment)
    run(status, client._environment)
    orders = pandas.read_parquet("orders.parquet")
    customers = _some(orders)
    for some in (customers[at : at + 100] for at in range(0, len(customers), 100)):
        (answers,) = client.batch([Query("customer", some, NAMES)], exact=True)
        for customer, answer in zip(some, answers):
            assert dict(answer.features) == _expected(orders[orders["customer_id"] == customer], answer.coverage)
            assert answer.assumed == [1]
            assert answer.document["freshness"]["complete"] is True
    run(reconcile, client._environment)
    assert (folder / "late.jsonl").read_bytes() == b""
    assert "--files late.jsonl" in " ".join(again)


def test_an_event_for_before_the_seam_comes_late(
    folder: Path, tidemark_local: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tidemark_local(folder / "catalog.yaml")
    monkeypatch.chdir(folder)
    orders = pandas.read_parquet("orders.parquet")
    last = orders.iloc[orders["bought_at"].argmax()]
    _, imported, _, reconcile, again = _commands()
    run(imported, client._environment)
    before = client.get("customer", last["customer_id"], exact=True)
    late = {"order_id": "late", "customer": last["customer_id"], "ts": last["bought_at"].to_pydatetime()}
    known = {**late, "order_id": last["order_id"]}
    event = {"amount": Decimal("1.5"), "cds": 1, "type": "purchase"}
    client.put("shop", "customer", [{**one, **event} for one in (late, known)], folded_within=60)
    assert client.get("customer", last["customer_id"], exact=True).features == before.features

    (folder / "late.jsonl").unlink(missing_ok=True)
    run(reconcile, client._environment)
    (line,) = (folder / "late.jsonl").read_text("utf-8").splitlines()
    assert '"late"' in line
    run(again, client._environment)
    after = client.get("customer", last["customer_id"], exact=True)
    assert after["orders_30d"] == before["orders_30d"] + 1
    assert after["spent_30d"] == before["spent_30d"] + Decimal("1.5")
    assert after.assumed == [1, 2]
    (folder / "late.jsonl").unlink()
    run(reconcile, client._environment)
    assert (folder / "late.jsonl").read_bytes() == b""


def _some(orders: pandas.DataFrame) -> List[str]:
    """All who bought in the last 40 days, and some who did not."""
    recent = orders[orders["bought_at"] >= orders["bought_at"].max() - pandas.Timedelta(days=40)]["customer_id"]
    return sorted({*recent, *orders["customer_id"].unique()[::50]})


def _expected(orders: pandas.DataFrame, coverage: Any) -> Dict[str, Any]:
    window = coverage["30d"]
    start, end = pandas.Timestamp(window["start"]), pandas.Timestamp(window["end"])
    recent = orders[(orders["bought_at"] >= start) & (orders["bought_at"] < end)]
    amounts = list(recent["amount"])
    return {
        "orders_30d": len(recent),
        "orders_lifetime": len(orders),
        "spent_30d": sum(amounts, Decimal()),
        "spent_lifetime": sum(orders["amount"], Decimal()),
        "average_30d": pytest.approx(sum(amounts, Decimal()) / len(amounts)) if amounts else None,
        "largest_30d": max(amounts) if amounts else None,
        "cds_30d": int(recent["cds"].sum()),
    }
