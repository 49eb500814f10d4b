from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pandas
import pytest

from conftest import Both
from fake import INFO, NOW, RECEIPT, FakeServer, problem
from generated import Discount, DiscountVector
from tidemark import (
    DefinitionChanged,
    Input,
    InvalidRequest,
    Model,
    ModelInfo,
    NotAuthorized,
    NotFound,
    NotReached,
    Retry,
    Throttled,
    TidemarkError,
    TidemarkProblem,
    Unavailable,
    Vector,
    api,
    tables,
)
from tidemark.models import reader, to_row

ROW = Discount(user_id="u1", item_id="i7", list_price=59.90)


def test_a_row_of_a_class_is_a_typed_vector(server: FakeServer, both: Both) -> None:
    vector = both("features", ROW)
    assert type(vector) is DiscountVector
    assert vector.values == (20.0, 3, 59.9, "desktop", 2.995)
    assert [type(value) for value in vector.values] == [float, int, float, str, float]
    assert vector.viewer_avg_price_30m == vector.avg_price_30m == vector["viewer.avg_price_30m"] == 20
    assert vector.names == list(INFO.names)
    assert (vector.model, vector.hash, vector.nulls, vector.stale) == ("discount", INFO.hash, 0, False)
    assert vector.receipt == RECEIPT
    assert vector.at.isoformat() == "2026-01-31T10:03:12.290000+00:00"
    assert vector.keys == {"user_id": "u1", "item_id": "i7"}
    assert vector.request == {"list_price": 59.9, "device": "desktop"}
    for request in server.requests:
        assert request.headers["if-match"] == f'"{INFO.hash}"'
        assert request.headers["accept"] == "application/json"
        assert str(request.url) == "http://fake/v1/models/discount:features"
    row = {"keys": {"user_id": "u1", "item_id": "i7"}, "request": {"list_price": 59.9}}
    assert server.bodies == [{"rows": [row]}] * 2


def test_a_field_may_have_another_name_than_its_key() -> None:
    @dataclass(frozen=True)
    class Item(Model[Vector[float], Vector[Decimal]]):
        item_id: str
        class_: str

        __tidemark__: ClassVar[ModelInfo] = ModelInfo(
            model="item",
            hash="1",
            names=[],
            types=[],
            keys=["item.id"],
            request=[Input("class", "text")],
            fields={"item.id": "item_id", "class": "class_"},
        )

    assert to_row(Item(item_id="i7", class_="b")) == {"keys": {"item.id": "i7"}, "request": {"class": "b"}}


def test_no_value_hides_an_attribute_of_all_vectors() -> None:
    assert {name for name in vars(DiscountVector) if not name.startswith("__")}.isdisjoint(dir(Vector))


def test_exact_numbers_are_decimals(both: Both) -> None:
    vector = both("features", Discount(user_id=1, item_id=2, list_price=Decimal("59.90")), exact=True)
    assert vector.values == (Decimal(20), 3, Decimal("59.9"), "desktop", Decimal("2.995"))
    assert [type(value) for value in vector.values] == [Decimal, int, Decimal, str, Decimal]


def test_a_model_by_its_name(server: FakeServer, both: Both) -> None:
    vector = both("features", "discount", {"user_id": "u1", "item_id": 7}, request={"list_price": 40, "device": "tv"})
    assert type(vector) is Vector
    assert vector.values == (20, 3, 40, "tv", 2.0)
    assert "if-match" not in server.requests[0].headers
    with pytest.raises(DefinitionChanged):
        both("features", "discount", {"user_id": "u1", "item_id": 7}, request={"list_price": 40}, hash="other")


def test_how_it_is_asked(server: FakeServer, both: Both) -> None:
    both("features", ROW, at="2026-01-31T10:00:00Z", stale="refuse", explain=True)
    assert dict(server.requests[0].url.params) == {"explain": "true", "stale": "refuse"}
    assert server.bodies[0]["at"] == "2026-01-31T10:00:00Z"


def test_null_is_none_and_nan(both: Both) -> None:
    vector = both("features", Discount(user_id="nobody", item_id=1, list_price=5))
    assert vector.avg_price_30m is None
    assert vector.nulls == 1
    array = vector.array(["viewer.avg_price_30m", "price_vs_usual"])
    assert math.isnan(array[0])
    assert array[1] == 1
    with pytest.raises(TypeError, match=r"request\.device is no number but 'desktop'"):
        vector.array()
    with pytest.raises(KeyError, match="other"):
        vector["other"]


def test_vectors_cannot_be_changed(both: Both) -> None:
    vector = both("features", ROW)
    with pytest.raises(AttributeError):
        vector.avg_price_30m = 3.0


def test_many_rows_are_split_and_keep_order_and_moment(server: FakeServer, both: Both) -> None:
    rows = [Discount(user_id=f"u{i}", item_id=i, list_price=i) for i in range(1101)]
    vectors = both("features_many", Discount, iter(rows[:0]))
    assert vectors == []
    assert server.requests == []
    vectors = both("features_many", Discount, rows)
    assert [vector.list_price for vector in vectors] == [float(i) for i in range(1101)]
    assert [len(body["rows"]) for body in server.bodies] == [500, 500, 101] * 2
    assert [body.get("at") for body in server.bodies] == [None, NOW, NOW] * 2


def test_another_definition_says_what_differs(server: FakeServer, both: Both) -> None:
    server.hash = "0000000000000001"
    server.facts = [*INFO.facts[1:], "request list_price integer"]
    with pytest.raises(DefinitionChanged) as caught:
        both("features", ROW)
    assert caught.value.missing == (INFO.facts[0],)
    assert caught.value.added == ("request list_price integer",)
    assert caught.value.served_hash == server.hash
    assert "\n  - derived price_vs_usual" in str(caught.value)


def test_an_answer_of_another_definition_is_not_taken(server: FakeServer, both: Both) -> None:
    def ignores_the_pin(request: httpx.Request) -> None:
        del request.headers["if-match"]

    server.before = ignores_the_pin
    server.hash = "0000000000000001"
    with pytest.raises(TidemarkError, match="but 0000000000000001 was answered"):
        both("features", ROW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, NotAuthorized),
        (404, NotFound),
        (429, Throttled),
        (500, TidemarkProblem),
        (503, Unavailable),
    ],
)
def test_problems_are_exceptions(status: int, kind: type) -> None:
    errors = [{"pointer": "/rows/0/request/list_price", "detail": "is missing"}]
    server = FakeServer(lambda request: problem(status, "Bad", "it is bad", errors=errors, available=["discount"]))
    with pytest.raises(TidemarkProblem) as caught:
        Both(transport=server.transport, retry=Retry(attempts=1))("features", ROW)
    raised = caught.value
    assert type(raised) is kind
    assert (raised.status, raised.title, raised.detail, raised.remedy) == (status, "Bad", "it is bad", "do otherwise")
    assert raised.errors == (("/rows/0/request/list_price", "is missing"),)
    assert raised.available == ("discount",)
    assert "/rows/0/request/list_price: is missing" in str(raised)


@pytest.mark.parametrize(
    ("content", "text"), [('{"message":"Unauthorized"}', "Unauthorized"), ("<html>", "<html>"), ('["x"]', r"\['x'\]")]
)
def test_refusals_that_are_no_problem_documents(content: str, text: str) -> None:
    server = FakeServer(lambda request: httpx.Response(401, text=content))
    with pytest.raises(NotAuthorized, match=text):
        Both(transport=server.transport)("features", ROW)


def test_a_server_that_cannot_be_reached() -> None:
    server = FakeServer(lambda request: httpx.ConnectError("refused"))
    with pytest.raises(NotReached, match="ConnectError: refused"):
        Both(transport=server.transport, retry=Retry(attempts=2, first_pause=0))("features", ROW)
    assert len(server.requests) == 4


def test_the_catalogs_model(both: Both) -> None:
    info = both("model", "discount")
    assert (info.hash, info.keys, info.request[1].default) == (INFO.hash, ("user_id", "item_id"), "desktop")
    with pytest.raises(NotFound, match="no model 'other'"):
        both("model", "other")


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("model", [Discount, "discount"])
def test_a_frame_of_many_rows(
    server: FakeServer, both: Both, model: Any, arrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "by_arrow", lambda info: arrow)
    monkeypatch.setattr(api, "MAX_ROWS", 2)
    rows = pandas.DataFrame(
        {
            "user_id": ["u1", "nobody", "u3"],
            "item_id": [1, 2, 3],
            "list_price": [40.0, 1.5, 20.0],
            "device": pandas.array(["tv", None, pandas.NA], dtype="string"),
            "label": [0, 1, 0],
        },
        index=[7, 7, 9],
    )
    frame = both("frame", model, rows)
    assert list(frame.columns) == list(INFO.names)
    assert [str(dtype) for dtype in frame.dtypes] == ["Float64", "Int64", "Float64", "string", "Float64"]
    assert list(frame.index) == [7, 7, 9]
    assert frame["viewer.avg_price_30m"].isna().tolist() == [False, True, False]
    assert frame["request.device"].tolist() == ["tv", "desktop", "desktop"]
    assert frame["price_vs_usual"].tolist() == [2.0, 1.0, 1.0]
    assert [said["receipt"] for said in frame.attrs["tidemark"]] == [RECEIPT, RECEIPT]
    asked = [request for request in server.requests if request.method == "POST"]
    assert {request.headers["accept"] == api.ARROW for request in asked} == {arrow}
    assert {request.headers["if-match"] for request in asked} == {f'"{INFO.hash}"'}
    assert server.bodies[0]["rows"][1] == {"keys": {"user_id": "nobody", "item_id": 2}, "request": {"list_price": 1.5}}


def test_a_frame_without_rows(both: Both) -> None:
    frame = both("frame", Discount, pandas.DataFrame({"user_id": [], "item_id": [], "list_price": []}))
    assert frame.shape == (0, 5)
    assert str(frame.dtypes.iloc[0]) == "Float64"


def test_a_frame_that_lacks_columns(both: Both) -> None:
    with pytest.raises(TidemarkError, match="needs the columns item_id, list_price; the frame has user_id"):
        both("frame", Discount, pandas.DataFrame({"user_id": ["u1"]}))


def test_a_table(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_ROWS", 1)
    table = both("arrow", Discount, [ROW, ROW])
    assert table.column_names == list(INFO.names)
    assert table.column("price_vs_usual").to_pylist() == [2.995, 2.995]
    assert table.schema.metadata[b"tidemark"].count(b'"receipt"') == 2
    frame = pandas.DataFrame({"user_id": ["u1"], "item_id": ["i7"], "list_price": [59.9]})
    assert both("arrow", "discount", frame).num_rows == 1
    with pytest.raises(TidemarkError, match="there are no rows"):
        both("arrow", Discount, [])


@pytest.mark.parametrize(
    ("type_", "value", "read"),
    [
        ("number", 20, "20.0"),
        ("number", None, "None"),
        ("any", 3, "3.0"),
        ("any", True, "True"),
        ("any", "3", "'3'"),
        ("list<number>", [1, None], "[1.0, None]"),
        ("list<number>", None, "None"),
        ("map<list<number>>", {"a": [1]}, "{'a': [1.0]}"),
    ],
)
def test_readers_of_types(type_: str, value: Any, read: str) -> None:
    made = reader(type_, float)
    assert made is not None
    assert repr(made(value)) == read


def test_types_that_json_has_as_they_are() -> None:
    for type_ in (
        "integer",
        "text",
        "boolean",
        "list<text>",
        "map<integer>",
        "struct<p50: number>",
        "list<struct<a: any>>",
    ):
        assert reader(type_, float) is None
