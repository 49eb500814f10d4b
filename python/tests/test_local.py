"""Both clients against the real system, run on this machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Dict

import httpx
import pandas
import pytest

from conftest import CATALOG
from fake import FakeServer
from tidemark import AsyncClient, Client, Counts, NotFound, Query, TidemarkError
from tidemark.local import LocalRun


@pytest.fixture(scope="module")
def shop(tidemark_local: Callable[..., Client]) -> Client:
    client = tidemark_local(CATALOG, stream="predictions")
    now = datetime.now(timezone.utc)
    events = [
        {"ts": now, "user_id": "u1", "price": 19.99, "item": {"id": "a"}},
        {"ts": now, "user_id": "u1", "price": 5.02, "item": {"id": "b"}},
        {"ts": now, "user_id": "u1", "price": 5.02, "item": {"id": "a"}},
        {"ts": now, "user_id": "u/2|x", "price": 7, "item": {"id": "c"}},
    ]
    newest = client.put("shop", "user_id", events, folded_within=60)
    assert newest
    return client


def test_values_of_views(shop: Client) -> None:
    answer = shop.get("viewer", "u1")
    assert answer["avg_price_30m"] == pytest.approx(10.01)
    assert answer["views_30m"] == 3
    assert answer["top_30m"] == [{"value": "a", "count": 2}, {"value": "b", "count": 1}]
    assert shop.get("viewer", "u/2|x", features=["views_30m"]).features == {"views_30m": 1}
    assert shop.get("viewer", "nobody")["avg_price_30m"] is None
    assert shop.get("viewer", "u1", explain=True).document["explain"]["readUnits"] > 0


def test_both_clients_say_the_same(shop: Client) -> None:
    at = shop.get("viewer", "u1").at - timedelta(milliseconds=1)
    queries = [Query("viewer", ["u1", "u/2|x"]), Query("labels", ["p"])]

    async def ask() -> Any:
        async with AsyncClient.local(str(shop._http.base_url)) as client:
            return await asyncio.gather(client.get("viewer", "u1", at=at, exact=True), client.batch(queries, at=at))

    one, many = asyncio.run(ask())
    assert one.features == shop.get("viewer", "u1", at=at, exact=True).features
    again = shop.batch(queries, at=at)
    assert [[a.features for a in answers] for answers in many] == [[a.features for a in answers] for answers in again]
    assert [[a.coverage for a in answers] for answers in many] == [[a.coverage for a in answers] for answers in again]
    assert many[0][0].features == shop.get("viewer", "u1", at=at).features


def test_no_proxy_comes_between(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Client.local(str(shop._http.base_url)) as client:
        assert client.health()["phase"] == "LIVE"


@pytest.mark.parametrize(
    ("given", "api", "stream"),
    [
        ({}, "http://127.0.0.1:8080/v1/health", "http://127.0.0.1:8081/"),
        ({"port": 9000}, "http://127.0.0.1:9000/v1/health", "http://127.0.0.1:9001/"),
        ({"url": "http://[::1]:9000"}, "http://[::1]:9000/v1/health", "http://[::1]:9001/"),
        (
            {"url": "http://localhost:9000/", "kinesis_url": "http://s:1"},
            "http://localhost:9000/v1/health",
            "http://s:1/",
        ),
    ],
)
def test_where_a_local_run_is(server: FakeServer, given: Dict[str, Any], api: str, stream: str) -> None:
    server.before = lambda request: httpx.Response(200, json={}) if request.method == "GET" else None
    with Client.local(transport=server.transport, **given) as client:
        client.health()
        client.put("shop", "k", [{"k": 1}])
    assert [str(request.url) for request in server.requests] == [api, stream]


def test_a_local_run_that_is_not_said_clearly() -> None:
    with pytest.raises(ValueError, match="not both"):
        Client.local("http://localhost:9000", port=9001)
    with pytest.raises(ValueError, match="has a port, unlike http://localhost"):
        Client.local("http://localhost")


def test_problems_of_the_server(shop: Client) -> None:
    with pytest.raises(NotFound, match="no view 'other'") as caught:
        shop.get("other", "u1")
    assert set(caught.value.available) == {"class", "item", "labels", "viewer"}
    assert caught.value.type.startswith("tag:tidemark.dev,2026:problem/")
    assert caught.value.remedy


def test_outcomes_reach_the_stream(shop: Client) -> None:
    assert shop.outcome("p1", 1)
    assert shop.events.flush(60)
    assert shop.events.counts == Counts(1, 0, 0, 0)
    shop.put("predictions", "prediction", [_outcome("p2")], folded_within=60)
    assert shop.get("labels", "p2")["outcomes_1h"] == 1


def _outcome(prediction: str) -> Any:
    return {"type": "outcome", "prediction": prediction, "ts": datetime.now(timezone.utc)}


def test_a_training_set(shop: Client, tmp_path: Path) -> None:
    spine = pandas.DataFrame({"user_id": ["u1", "nobody"], "bought": [1, 0]})
    spine["timestamp"] = pandas.Timestamp.now("UTC")
    made = shop.training_set(["viewer"], spine, out=tmp_path / "set", knowledge="now")
    frame = made.frame()
    assert frame["bought"].tolist() == [1, 0]
    assert frame["viewer__views_30m"].tolist() == [3, 0]
    assert made.arrow().column("viewer__avg_price_30m").to_pylist() == [pytest.approx(10.01), None]
    assert len(made.sha256) == 64
    assert asyncio.run(_made_again(shop, spine, tmp_path / "again")) == made.sha256


def test_a_wrong_option_of_a_training_set_is_named(shop: Client, tmp_path: Path) -> None:
    with pytest.raises(TidemarkError) as caught:
        shop.training_set("discount", "spine.csv", out=tmp_path / "set", nope="x")
    assert str(caught.value).startswith("tidemark training-set ended with 2:\nUnknown options: '--nope', 'x'")


async def _made_again(shop: Client, spine: Any, out: Path) -> str:
    async with AsyncClient("http://unused", environment=shop._environment) as client:
        made = await client.training_set(["viewer"], out.with_name("set.spine.parquet"), out=out, knowledge="now")
        return made.sha256


def test_a_run_that_does_not_start_says_why(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text("tidemark: 1\nviews: {}\nother: 1\n")
    with pytest.raises(TidemarkError, match=r"(?s)did not start.*other"):
        LocalRun(catalog)


def test_no_other_library_is_imported_without_need() -> None:
    code = "import sys, tidemark; print(sorted({'pandas', 'numpy', 'pyarrow', 'botocore'} & sys.modules.keys()))"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"[]\n"
