from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import httpx
import pytest

from conftest import Both
from fake import FakeServer, problem
from tidemark import NotFound, Query, TidemarkError
from tidemark.answers import entity_text

ANSWER = """{"view":"viewer","entity":{"user_id":"u1"},"at":"2026-01-31T10:03:12.290Z",
"features":{"avg_price_30m":12.10,"views_30m":3,"top":[{"value":"shoes","count":2}]},
"coverage":{"30m":{"start":"2026-01-31T09:33:00Z","end":"2026-01-31T10:03:30Z"}},
"approximate":{"top":{"method":"m","relativeError":0.01}},
"freshness":{"complete":true},"receipt":{"catalog":"c","view":"v","at":1,"lanes":{},"ahead":{}}}"""

BATCH = """{"at":"2026-01-31T10:03:12.290Z","results":[{"view":"viewer","coverage":{"30m":{}},
"freshness":{"complete":true},"receipt":{"catalog":"c","view":"v","at":1,"lanes":{}},
"entities":[{"entity":{"user_id":"u1"},"features":{"n":1},"ahead":{"i":"7:0"}},
{"entity":{"user_id":"u2"},"features":{"n":2},"ahead":{}}]}]}"""


def answering(text: str) -> FakeServer:
    return FakeServer(lambda request: httpx.Response(200, text=text))


def test_an_answer_about_one_entity() -> None:
    server = answering(ANSWER)
    answer = Both(transport=server.transport)("get", "viewer", "u1")
    assert answer["avg_price_30m"] == 12.1
    assert answer.features["top"] == [{"value": "shoes", "count": 2}]
    assert (answer.view, answer.entity, answer.freshness) == ("viewer", {"user_id": "u1"}, {"complete": True})
    assert answer.at == datetime(2026, 1, 31, 10, 3, 12, 290000, timezone.utc)
    assert answer.coverage["30m"]["end"] == "2026-01-31T10:03:30Z"
    assert answer.receipt["catalog"] == "c"
    assert answer.approximate["top"]["relativeError"] == 0.01
    assert str(server.requests[0].url) == "http://fake/v1/views/viewer/entities/u1"


def test_exact_numbers_are_decimals() -> None:
    answer = Both(transport=answering(ANSWER).transport)("get", "viewer", "u1", exact=True)
    assert str(answer["avg_price_30m"]) == "12.10"
    assert isinstance(answer["avg_price_30m"], Decimal)


def test_what_is_asked() -> None:
    server = answering(ANSWER)
    at = datetime(2026, 1, 31, 10, tzinfo=timezone.utc)
    Both(transport=server.transport)(
        "get", "viewer", ("u/1", 42), features=["a", "b"], at=at, knowledge="now", explain=True
    )
    assert server.requests[0].url.raw_path == (
        b"/v1/views/viewer/entities/u%2F1%7C42?features=a%2Cb&at=2026-01-31T10%3A00%3A00.000Z&knowledge=now&explain=true"
    )


@pytest.mark.parametrize(
    ("key", "text"), [("a", "a"), (42, "42"), (("a|b", "c\\d"), "a\\|b|c\\\\d"), (["a", 7], "a|7"), ("a|b", "a\\|b")]
)
def test_entity_keys(key: object, text: str) -> None:
    assert entity_text(key) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "path"), [("..", b"%2E%2E"), (".", b"%2E"), ("a b%2F\u00e9", b"a%20b%252F%C3%A9"), ("?#", b"%3F%23")]
)
def test_keys_stay_in_their_place_in_a_path(key: str, path: bytes) -> None:
    server = answering(ANSWER)
    Both(transport=server.transport)("get", "viewer", key)
    assert server.requests[0].url.raw_path == b"/v1/views/viewer/entities/" + path


def test_a_batch_has_answers_like_single_reads() -> None:
    server = answering(BATCH)
    queries = [Query("viewer", ["u1", "u2"], features=["n"])]
    ((first, second),) = Both(transport=server.transport)("batch", queries, at="2026-01-31T10:00:00Z")
    assert (first["n"], second["n"]) == (1, 2)
    assert first.document == {
        "view": "viewer",
        "entity": {"user_id": "u1"},
        "at": "2026-01-31T10:03:12.290Z",
        "features": {"n": 1},
        "coverage": {"30m": {}},
        "freshness": {"complete": True},
        "receipt": {"catalog": "c", "view": "v", "at": 1, "lanes": {}, "ahead": {"i": "7:0"}},
    }
    query = {"view": "viewer", "entities": ["u1", "u2"], "features": ["n"]}
    assert server.bodies[0] == {"queries": [query], "at": "2026-01-31T10:00:00Z"}


def test_what_is_no_answer() -> None:
    with pytest.raises(TidemarkError, match="the answer is no JSON"):
        Both(transport=answering("<html>").transport)("get", "viewer", "u1")
    server = FakeServer(lambda request: problem(404, "No such view", "no view 'x'", available=["viewer"]))
    with pytest.raises(NotFound, match="Available: viewer"):
        Both(transport=server.transport)("get", "x", "u1")
    with pytest.raises(ValueError, match="has no time zone"):
        Both(transport=server.transport)("get", "x", "u1", at=datetime(2026, 1, 31))
