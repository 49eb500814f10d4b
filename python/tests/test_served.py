"""Models of a real server: what both clients say is what it answers to anybody, value by value."""

from __future__ import annotations

import importlib.util
import json
import keyword
import math
import sys
import urllib.request
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, ClassVar, Dict, List

import pandas
import pytest

from conftest import CATALOG, Both
from generated import Discount, DiscountVector, None_, None_Vector, NoneVector
from tidemark import Client, DefinitionChanged, InvalidRequest, ModelInfo, NotFound, TidemarkError, Vector, api, tables
from tidemark.training import run

INFO = Discount.__tidemark__
GROUP = 'a "b" \\ \n \u00e9 \U0001f600'
EVENTS: List[Dict[str, Any]] = [
    {"user_id": "m1", "price": 19.99, "item": {"id": "i7"}, "class": "k", "device": "tv"},
    {"user_id": "m1", "price": 5.02, "item": {"id": "i8"}, "class": "k", "device": GROUP},
    {"user_id": "m1", "price": 5.02, "item": {"id": "i7"}, "class": "k", "device": "phone"},
]


@dataclass(frozen=True)
class Served:
    client: Client
    url: str
    at: datetime
    both: Both


@pytest.fixture(scope="module")
def served(tidemark_local: Callable[..., Client]) -> Served:
    client = tidemark_local(CATALOG)
    now = datetime.now(timezone.utc)
    client.put("shop", "user_id", [{"ts": now, **event} for event in EVENTS], folded_within=60)
    url = str(client._http.base_url)
    at = client.features(Discount(user_id="m1", item_id="i7", list_price=1)).at
    return Served(client, url, at, Both(url=url, trust_env=False))


def rows(count: int) -> List[Discount]:
    """One user and item that are known, and many that are not; every other row leaves its device out."""
    return [
        Discount(
            user_id="m1" if i % 3 else f"nobody-{i}",
            item_id="i7" if i % 2 else i,
            list_price=Decimal(i) / 8,
            device="tv" if i % 2 else None,
        )
        for i in range(count)
    ]


def frame_of(asked: List[Discount]) -> pandas.DataFrame:
    columns = ("user_id", "item_id", "list_price", "device")
    frame = pandas.DataFrame([[getattr(row, name) for name in columns] for row in asked], columns=columns)
    frame.index = pandas.Index([row // 2 for row in range(len(asked))])
    return frame.assign(list_price=frame["list_price"].astype(float), label=1)


def posted(served: Served, model: str, body: Dict[str, Any], **read: Any) -> Any:
    """What anybody gets, without the client."""
    request = urllib.request.Request(
        f"{served.url}/v1/models/{model}:features", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read(), **read)


def test_a_vector_is_what_the_server_answers(served: Served) -> None:
    vector = served.both("features", Discount(user_id="m1", item_id="i7", list_price=59.90), at=served.at)
    answer = posted(
        served,
        "discount",
        {
            "at": served.at.isoformat(),
            "rows": [{"keys": {"user_id": "m1", "item_id": "i7"}, "request": {"list_price": 59.9}}],
        },
    )
    (row,) = answer["rows"]
    assert type(vector) is DiscountVector
    assert list(vector.values) == row["values"]
    assert [type(value) for value in vector.values] == [float, int, int, float, str, float]
    assert vector.values[:5] == (pytest.approx(10.01), 3, 2, 59.9, "desktop")
    assert vector.price_vs_usual == pytest.approx(59.9 / 10.01)
    assert vector.viewer_avg_price_30m == vector.avg_price_30m == vector["viewer.avg_price_30m"]
    assert (vector.model, vector.hash, vector.nulls, vector.stale) == ("discount", INFO.hash, 0, False)
    assert (list(vector.names), vector.hash, vector.at) == (answer["names"], answer["hash"], served.at)
    assert (vector.keys, vector.request) == (row["keys"], row["request"])
    assert vector.coverage == answer["coverage"]
    assert (vector.receipt["model"], list(vector.receipt["views"])) == (INFO.hash, ["viewer", "item"])
    assert vector.freshness["complete"] is True
    assert vector.reads is None


def test_exact_numbers_have_every_digit(served: Served) -> None:
    price = "59.900000000000000000000000001"
    vector = served.both(
        "features", Discount(user_id="m1", item_id="i7", list_price=Decimal(price)), at=served.at, exact=True
    )
    request = {"list_price": Decimal(price)}
    answer = posted_exactly(served, {"keys": {"user_id": "m1", "item_id": "i7"}, "request": request})
    assert [str(value) for value in vector.values] == [str(value) for value in answer]
    assert str(vector.list_price) == price
    assert [type(value) for value in vector.values] == [Decimal, int, int, Decimal, str, Decimal]


def posted_exactly(served: Served, row: Dict[str, Any]) -> Any:
    from tidemark import json_text

    request = urllib.request.Request(f"{served.url}/v1/models/discount:features", json_text.write({"rows": [row]}))
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read(), parse_float=Decimal)["rows"][0]["values"]


def test_many_rows_of_one_moment(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rows(23)
    vectors = served.both("features_many", Discount, asked, at=served.at)
    singly = [served.client.features(row, at=served.at) for row in asked]
    assert [vector.values for vector in vectors] == [vector.values for vector in singly]
    monkeypatch.setattr(api, "MAX_ROWS", 5)
    split = served.client.features_many(Discount, iter(asked))
    assert [vector.list_price for vector in split] == [i / 8 for i in range(23)]
    assert len({vector.at for vector in split}) == 1
    assert len({id(vector.answer) for vector in split}) == 5


def test_rows_that_are_too_much_at_once_are_split(served: Served) -> None:
    asked = [Discount(user_id=f"{i}-" + "u" * 900, item_id="i7", list_price=i) for i in range(400)]
    vectors = served.client.features_many(Discount, asked)
    assert [vector.list_price for vector in vectors] == list(range(400))
    assert len({vector.at for vector in vectors}) == 1
    assert len({id(vector.answer) for vector in vectors}) == 2


def test_rows_of_one_entity_read_it_once(served: Served) -> None:
    asked = [Discount(user_id="m1", item_id="i7", list_price=price) for price in range(200)]
    first = served.client.features_many(Discount, asked, explain=True)[0]
    assert first.reads is not None
    assert {read["view"]: read["entities"] for read in first.reads} == {"viewer": 1, "item": 1}


def test_a_frame_is_the_vectors_by_json_and_by_arrow(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rows(23)
    vectors = served.client.features_many(Discount, asked, at=served.at)
    by_arrow = served.both("frame", Discount, frame_of(asked), at=served.at)
    monkeypatch.setattr(api, "MAX_ROWS", 7)
    by_name = served.both("frame", "discount", frame_of(asked), at=served.at)
    monkeypatch.setattr(tables, "by_arrow", lambda: False)
    by_json = served.both("frame", Discount, frame_of(asked), at=served.at)
    pandas.testing.assert_frame_equal(by_arrow, by_json, check_exact=True)
    pandas.testing.assert_frame_equal(by_arrow, by_name, check_exact=True)
    assert list(by_arrow.columns) == list(INFO.names)
    assert [str(dtype) for dtype in by_arrow.dtypes] == ["Float64", "Int64", "Int64", "Float64", "string", "Float64"]
    assert list(by_arrow.index) == [row // 2 for row in range(23)]
    for column, name in enumerate(by_arrow.columns):
        values = [None if value is pandas.NA else value for value in by_arrow[name].tolist()]
        assert values == [vector.values[column] for vector in vectors]
    assert [len(found.attrs["tidemark"]) for found in (by_arrow, by_name, by_json)] == [1, 4, 4]
    assert by_arrow.attrs["tidemark"][0]["receipt"]["model"] == INFO.hash


def test_lists_and_objects_are_the_same_by_json_and_by_arrow(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pandas.DataFrame({"class": ["k", "none"], "user_id": ["m1", "m1"]})
    by_arrow = served.both("frame", NoneVector, asked, at=served.at)
    monkeypatch.setattr(tables, "by_arrow", lambda: False)
    by_json = served.both("frame", NoneVector, asked, at=served.at)
    assert [repr(value) for value in by_arrow.to_numpy().ravel()] == [repr(v) for v in by_json.to_numpy().ravel()]
    known, unknown = served.client.features_many(
        NoneVector, [NoneVector(class_=name, user_id="m1") for name in ("k", "none")]
    )
    assert known.prices_30m == [5.02, 5.02, 19.99]
    assert known.by_item_30m == {"i7": pytest.approx(12.505), "i8": 5.02}
    assert known.counts_30m == {GROUP: 1, "tv": 1, "$other": 1}
    assert known.class_values is True
    assert list(known.approximate) == ["class.percentiles_30m"]
    assert unknown.class_values is None
    assert unknown.counts_30m == {GROUP: None, "tv": None, "$other": None}


@pytest.mark.parametrize("by_arrow", [True, False])
def test_what_may_be_of_any_type_is_a_text_in_a_frame(
    served: Served, monkeypatch: pytest.MonkeyPatch, by_arrow: bool
) -> None:
    monkeypatch.setattr(tables, "by_arrow", lambda: by_arrow)
    asked = pandas.DataFrame({"__class__": ["k", "none"], "t": "m1", "threshold": 0.5})
    frame = served.both("frame", None_, asked, at=served.at)
    assert str(frame.dtypes["class.last_item_30m"]) == "string"
    assert frame["class.last_item_30m"].tolist() == ["i7", pandas.NA]
    assert list(frame["class.top_30m"][0]) == [{"value": "i7", "count": 2}, {"value": "i8", "count": 1}]


def test_a_table_is_typed_by_the_server(served: Served) -> None:
    table = served.both("arrow", Discount, rows(5), at=served.at)
    assert table.column_names == list(INFO.names)
    assert [str(type_) for type_ in table.schema.types] == ["double", "int64", "int64", "double", "string", "double"]
    vectors = served.client.features_many(Discount, rows(5), at=served.at)
    assert [tuple(row.values()) for row in table.to_pylist()] == [vector.values for vector in vectors]
    assert served.both("arrow", "discount", frame_of(rows(5)), at=served.at).equals(table)
    with pytest.raises(TidemarkError, match="there are no rows"):
        served.both("arrow", Discount, [])
    typed = served.client.arrow(NoneVector, [NoneVector(class_="k", user_id="m1")]).schema
    assert [str(typed.field(i).type) for i in (0, 2)] == ["list<item: double>", "map<string, double>"]
    assert [field.name for field in typed.field(3).type] == ["$other", GROUP, "tv"]


def test_awkward_names_are_asked_and_answered(served: Served) -> None:
    row = None_(key__class__="k", t_="m1", threshold=Decimal("0.5"), is_=False)
    vector = served.both("features", row, at=served.at)
    assert type(vector) is None_Vector
    assert vector.keys == {"__class__": "k", "t": "m1"}
    assert vector.request == {"is": False, "tm": "a 'b' \"c\"", "factor": 1.5, "threshold": 0.5}
    assert (vector.last_price_30m, vector.last_item_30m, vector.class_values) == (5.02, "i7", True)
    assert (vector.lambda_, vector.class_values_) == (pytest.approx(7.53), "\u00e9")
    assert vector.top_30m == [{"value": "i7", "count": 2}, {"value": "i8", "count": 1}]


def test_null_is_none_and_nan(served: Served) -> None:
    vector = served.both("features", Discount(user_id="nobody", item_id="none", list_price=5), at=served.at)
    assert vector.values == (None, 0, 0, 5.0, "desktop", 1.0)
    assert vector.nulls == 1
    array = vector.array(["viewer.avg_price_30m", "price_vs_usual"])
    assert math.isnan(array[0])
    assert array[1] == 1
    with pytest.raises(TypeError, match=r"request\.device is no number but 'desktop'"):
        vector.array()
    with pytest.raises(KeyError, match="other"):
        vector["other"]


def test_a_model_by_its_name(served: Served) -> None:
    info = served.both("model", "discount")
    assert (info.model, info.hash, info.request) == (INFO.model, INFO.hash, tuple(INFO.request))
    for name in ("names", "types", "keys", "facts"):
        assert getattr(info, name) == tuple(getattr(INFO, name))
    keys = {"user_id": "m1", "item_id": 7}
    vector = served.both("features", "discount", keys, request={"list_price": 40}, hash=info.hash, at=served.at)
    assert type(vector) is Vector
    assert vector.values[3:5] == (40, "desktop")
    assert vector.keys == {"user_id": "m1", "item_id": "7"}
    with pytest.raises(NotFound, match="no model 'other'") as caught:
        served.both("features", "other", keys)
    assert set(caught.value.available) == {"discount", "none", "none_vector"}
    with pytest.raises(NotFound, match="no model 'other'"):
        served.both("model", "other")


def test_another_definition_says_what_differs(served: Served) -> None:
    @dataclass(frozen=True)
    class Older(Discount):
        __tidemark__: ClassVar[ModelInfo] = replace(INFO, hash="0000000000000001", facts=[*INFO.facts[1:], "other"])

    with pytest.raises(DefinitionChanged, match="is served with hash") as caught:
        served.both("features", Older(user_id="m1", item_id="i7", list_price=1))
    assert caught.value.served_hash == INFO.hash
    assert (caught.value.missing, caught.value.added) == (("other",), (INFO.facts[0],))
    with pytest.raises(DefinitionChanged) as caught:
        served.both("features", "discount", {"user_id": "m1", "item_id": "i7"}, hash="0000000000000001")
    assert (caught.value.missing, caught.value.added) == ((), tuple(INFO.facts))


def test_wrong_rows_are_named(served: Served) -> None:
    wrong: List[Any] = [
        Discount(user_id="m1", item_id="i7", list_price=1),
        {"keys": {"user_id": "m1", "item_id": "i7"}, "request": {"list_price": "59.90"}},
        {"keys": {"user_id": "m1"}},
    ]
    with pytest.raises(InvalidRequest) as caught:
        served.both("features_many", Discount, wrong)
    problems = dict(caught.value.errors)
    assert list(problems) == ["/rows/1/request/list_price", "/rows/2/keys/item_id", "/rows/2/request/list_price"]
    assert "a text where a number is wanted" in problems["/rows/1/request/list_price"]
    assert "is missing" in problems["/rows/2/request/list_price"]
    with pytest.raises(TidemarkError, match="needs the columns item_id, list_price"):
        served.both("frame", Discount, pandas.DataFrame({"user_id": ["m1"]}))


def test_a_fresh_vector_is_not_refused(served: Served) -> None:
    row = Discount(user_id="m1", item_id="i7", list_price=1)
    assert served.both("features", row, at=served.at, stale="refuse").stale is False


def test_no_name_of_a_value_hides_another(tmp_path: Path) -> None:
    """Names that Python or the vectors have already, as those of derived values."""
    words = {name for name in {*dir(Vector), *keyword.kwlist} if name.islower() and not name.startswith("_")}
    names = sorted(words - {"request"})  # which no value may be called
    derived = [f"      {name}: {{expression: view_.n_30m > 1.0}}" for name in names]
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "tidemark: 1\nsources: {shop: {stream: shop, event_time: ts}}\n"
        "views: {view_: {source: shop, entity: user_id, features: {n: {function: count, windows: [30m]}}}}\n"
        "models:\n  m:\n    inputs: [view_: [n_30m]]\n    derived:\n" + "\n".join(derived) + "\n"
    )
    run(["generate", "python", str(catalog), "--out", str(tmp_path / "made.py")])
    spec = importlib.util.spec_from_file_location("made", tmp_path / "made.py")
    assert spec is not None
    assert spec.loader is not None
    made = sys.modules["made"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    attributes = {name for name in vars(made.MVector) if not name.startswith("__")}
    assert attributes == {f"{name}_" for name in names} | {"view__n_30m", "n_30m"}
    assert attributes.isdisjoint(dir(Vector))
