from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pandas
import pyarrow
import pytest

from conftest import Both
from fake import INFO, NOW, FakeServer, problem
from generated import Discount, DiscountVector
from tidemark import (
    Candidate,
    Champion,
    DefinitionChanged,
    Input,
    InvalidRequest,
    Model,
    ModelInfo,
    NotAuthorized,
    NotFound,
    NotReached,
    Retry,
    StaleVector,
    Throttled,
    TidemarkError,
    TidemarkProblem,
    Unavailable,
    Vector,
    tables,
)
from tidemark.models import reader, to_row

ROW = Discount(user_id="u1", item_id="i7", list_price=59.90)


def test_what_is_asked_pins_the_definition(server: FakeServer, both: Both) -> None:
    vector = both("features", ROW)
    assert type(vector) is DiscountVector
    for request in server.requests:
        assert request.headers["if-match"] == f'"{INFO.hash}"'
        assert request.headers["accept"] == "application/json"
        assert str(request.url) == "http://fake/v1/models/discount:features"
    row = {"keys": {"user_id": "u1", "item_id": "i7"}, "request": {"list_price": 59.9}}
    assert server.bodies == [{"rows": [row]}] * 2
    both("features", "discount", row["keys"], request=row["request"])
    assert "if-match" not in server.requests[-1].headers


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


def test_how_it_is_asked(server: FakeServer, both: Both) -> None:
    both("features", ROW, at="2026-01-31T10:00:00Z", stale="refuse", explain=True)
    assert dict(server.requests[0].url.params) == {"explain": "true", "stale": "refuse"}
    assert server.bodies[0]["at"] == "2026-01-31T10:00:00Z"


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


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (400, {"errors": [{"pointer": "/rows", "detail": "needs 2500 entities of all views"}]}),
        (413, {}),
        (422, {"type": "tag:tidemark.dev,2026:problem/answer-too-large"}),
    ],
)
def test_rows_that_are_too_much_at_once_are_halved(status: int, document: Any) -> None:
    def at_most_two(request: httpx.Request) -> Any:
        too_many = len(json.loads(request.content)["rows"]) > 2
        return problem(status, "Too much", "it is too much", **document) if too_many else None

    server = FakeServer(at_most_two)
    rows = [Discount(user_id=f"u{i}", item_id=i, list_price=i) for i in range(7)]
    vectors = Both(transport=server.transport)("features_many", Discount, rows)
    assert [vector.list_price for vector in vectors] == list(range(7))
    assert [len(body["rows"]) for body in server.bodies] == [7, 3, 1, 1, 1, 1, 1, 1, 1] * 2


def test_one_row_that_is_too_much_is_a_problem() -> None:
    server = FakeServer(lambda request: problem(413, "Too much", "it is too much"))
    with pytest.raises(InvalidRequest, match="it is too much"):
        Both(transport=server.transport)("features_many", Discount, [ROW, ROW])
    assert [len(body["rows"]) for body in server.bodies] == [2, 1] * 2


def test_another_definition_that_the_server_knows_says_what_differs() -> None:
    served, pinned = {"hash": "1", "facts": ["a", "b"]}, {"hash": "2", "facts": ["b", "c"]}
    server = FakeServer(lambda request: problem(412, "Changed", "it is another", served=served, pinned=pinned))
    with pytest.raises(DefinitionChanged, match=r"(?s)it is another.*\n  - c\n  \+ a") as caught:
        Both(transport=server.transport)("features", "discount", {"user_id": "u1"}, hash="2")
    assert (caught.value.missing, caught.value.added, caught.value.served_hash) == (("c",), ("a",), "1")


def test_a_stale_vector_is_refused_at_once() -> None:
    type_ = "tag:tidemark.dev,2026:problem/stale"
    server = FakeServer(lambda request: problem(503, "Stale", "the fold is 10040 ms behind", type=type_))
    with pytest.raises(StaleVector, match="10040 ms behind"):
        Both(transport=server.transport)("features", ROW, stale="refuse")
    assert len(server.requests) == 2


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
    with pytest.raises(NotReached, match=r"POST http://fake/v1/models/discount:features: ConnectError: refused$"):
        Both(url="http://me:secret@fake", transport=server.transport, retry=Retry(attempts=2, first_pause=0))(
            "features", ROW, stale="refuse"
        )
    assert len(server.requests) == 4


def test_a_frame_without_rows(both: Both) -> None:
    frame = both("frame", Discount, pandas.DataFrame({"user_id": [], "item_id": [], "list_price": []}))
    assert frame.shape == (0, 6)
    assert str(frame.dtypes.iloc[0]) == "Float64"


def test_a_column_that_is_twice_in_a_frame(server: FakeServer, both: Both) -> None:
    frame = pandas.DataFrame([["u1", "u2", "i7", 5.0]], columns=["user_id", "user_id", "item_id", "list_price"])
    with pytest.raises(ValueError, match=r"the frame has more than one column user_id$"):
        both("frame", Discount, frame)
    assert server.requests == []


ANY = ModelInfo(model="m", hash="1", names=["v.last", "v.top"], types=["any", "list<struct<value: any>>"], keys=["k"])


class Any_(Model[Vector[float], Vector[Decimal]]):
    __tidemark__: ClassVar[ModelInfo] = ANY


def test_what_may_be_of_any_type_is_a_text_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    written = ["5", "5.0", "1e3", "0.10000000000000000000001", "12345678901234567890", "true", "false", '"5"', "null"]
    texts = ["5", "5.0", "1000", "0.10000000000000000000001", "12345678901234567890", "true", "false", "5", None]
    said = {"model": "m", "hash": "1", "at": NOW, "stale": False, "freshness": {}, "receipt": {}}
    rows = ",".join(f'{{"keys":{{}},"request":{{}},"values":[{text},[{{"value":{text}}}]]}}' for text in written)
    json_answer = json.dumps(said)[:-1] + f',"rows":[{rows}]}}'
    table = pyarrow.table({"v.last": texts, "v.top": [[{"value": text}] for text in texts]})
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema.with_metadata({"tidemark": json.dumps(said)})) as stream:
        stream.write_table(table.replace_schema_metadata({"tidemark": json.dumps(said)}))

    def answers(request: httpx.Request) -> httpx.Response:
        by_json = request.headers["accept"] == "application/json"
        return httpx.Response(200, content=json_answer if by_json else sink.getvalue().to_pybytes())

    both = Both(transport=FakeServer(answers).transport)
    asked = pandas.DataFrame({"k": range(len(texts))})
    by_arrow = both("frame", Any_, asked)
    monkeypatch.setattr(tables, "by_arrow", lambda: False)
    by_json = both("frame", Any_, asked)
    pandas.testing.assert_frame_equal(by_json, by_arrow, check_exact=True)
    assert str(by_json.dtypes["v.last"]) == "string"
    assert by_json["v.last"].tolist() == [pandas.NA if text is None else text for text in texts]
    assert by_json["v.top"].tolist() == [[{"value": text}] for text in texts]


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
        ("struct<p10: number, p99.5: number>", {"p99.5": 1}, "{'p10': None, 'p99.5': 1.0}"),
        (
            'list<struct<"a: \\"b\\", >": any, $other: map<number>>>',
            [{'a: "b", >': 1}],
            "[{'a: \"b\", >': 1.0, '$other': None}]",
        ),
        ("struct<>", {}, "{}"),
        ("struct<a: integer>", None, "None"),
    ],
)
def test_readers_of_types(type_: str, value: Any, read: str) -> None:
    made = reader(type_, float)
    assert made is not None
    assert repr(made(value)) == read


def test_types_that_json_has_as_they_are() -> None:
    for type_ in ("integer", "text", "boolean", "list<text>", "map<integer>"):
        assert reader(type_, float) is None


def test_what_is_no_type() -> None:
    with pytest.raises(ValueError, match="no type at character 5 of 'list<>'"):
        reader("list<>", float)


def test_the_champion_and_the_candidate_in_shadow(server: FakeServer, both: Both) -> None:
    since = "2026-12-01T00:00:00Z"
    used = {"version": "v8", "hash": "h", "artifact": "s3://models/8", "sha256": "00", "since": since, "log": 6}
    shadow = {"version": "v9", "hash": "h", "artifact": "s3://models/9", "sha256": None, "since": since, "log": 9}
    answer = {"model": "discount", **used, "candidate": shadow}
    server.before = lambda request: httpx.Response(200, json=answer)

    champion = both("champion", "discount")
    assert {str(request.url) for request in server.requests} == {"http://fake/v1/models/discount/champion"}
    assert champion == Champion("discount", Candidate(**used), Candidate(**shadow))  # type: ignore[arg-type]

    answer = {"model": "discount", **used, "candidate": None}
    assert both("champion", "discount").shadow is None
    answer = {"model": "discount", **dict.fromkeys(used), "candidate": shadow}
    assert both("champion", "discount").used is None


def test_without_a_promotion_there_is_no_champion(server: FakeServer, both: Both) -> None:
    server.before = lambda request: problem(404, "The model has no champion", "no candidate is promoted")
    with pytest.raises(NotFound, match="no candidate is promoted"):
        both("champion", "discount")
