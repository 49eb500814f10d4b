"""The operations of both clients, as plans. No window, join or merge is computed here: what the API says is carried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Sequence, Type, Union
from urllib.parse import quote

from tidemark import events, json_text, tables
from tidemark.answers import Answer, EntityKey, Query, entity_text
from tidemark.calls import Call, Plan, Retry, answered, checked, document, is_too_much
from tidemark.models import Candidate, Champion, Input, Model, ModelInfo, Row, Vector, to_row, vectors
from tidemark.problems import NotFound, TidemarkError

if TYPE_CHECKING:
    import pandas
    import pyarrow

MAX_ROWS = 500
"""The rows that one request may have."""

ARROW = "application/vnd.apache.arrow.stream"

Moment = Union[datetime, str]
AnyModel = Union[str, Type[Model[Any, Any]]]
AnyRow = Union[Row, Model[Any, Any]]


@dataclass(frozen=True)
class Asking:
    """How a model is asked, the same for all rows."""

    at: Optional[Moment] = None
    stale: str = "serve"
    explain: bool = False
    exact: bool = False
    hash: Optional[str] = None


@dataclass(frozen=True)
class Api:
    """The operations."""

    retry: Retry = field(default_factory=Retry)

    def get(
        self,
        view: str,
        entity: EntityKey,
        features: Optional[Sequence[str]],
        at: Optional[Moment],
        knowledge: Optional[str],
        explain: bool,
        exact: bool,
    ) -> Plan[Answer]:
        params = {}
        if features is not None:
            params["features"] = ",".join(features)
        if at is not None:
            params["at"] = json_text.moment_text(at)
        if knowledge is not None:
            params["knowledge"] = knowledge
        if explain:
            params["explain"] = "true"
        path = f"/v1/views/{_segment(view)}/entities/{_segment(entity_text(entity))}"
        reply = yield from answered(Call("GET", path, params), self.retry)
        return Answer(document(checked(reply), exact))

    def batch(self, queries: Iterable[Query], at: Optional[Moment], exact: bool) -> Plan[List[List[Answer]]]:
        body: Dict[str, Any] = {"queries": [_query(query) for query in queries]}
        if at is not None:
            body["at"] = json_text.moment_text(at)
        reply = yield from answered(_post("/v1/features:batch", body), self.retry)
        found = document(checked(reply), exact)
        return [[_one_answer(found["at"], result, each) for each in result["entities"]] for result in found["results"]]

    def read(self, path: str) -> Plan[Dict[str, Any]]:
        """A document of the API."""
        reply = yield from answered(Call("GET", path), self.retry)
        found: Dict[str, Any] = document(checked(reply), exact=False)
        return found

    def model(self, name: str) -> Plan[ModelInfo]:
        """A model as the catalog that is served defines it."""
        catalog = yield from self.read("/v1/catalog")
        models = {model["model"]: model for model in catalog.get("models", ())}
        if name not in models:
            detail = f"the catalog has no model '{name}'"
            raise NotFound(404, {"title": "No such model", "detail": detail, "available": list(models)})
        found = models[name]
        return ModelInfo(
            model=name,
            hash=found["hash"],
            names=tuple(found["names"]),
            types=tuple(found["types"]),
            keys=tuple(found["keys"]),
            request=tuple(Input(i["name"], i["type"], i.get("default")) for i in found["request"]),
            facts=tuple(found["facts"]),
        )

    def champion(self, name: str) -> Plan[Champion]:
        """Whom the training log names now."""
        found = yield from self.read(f"/v1/models/{_segment(name)}/champion")
        used = None if found["version"] is None else _candidate(found)
        shadow = None if found["candidate"] is None else _candidate(found["candidate"])
        return Champion(found["model"], used, shadow)

    def features(self, model: AnyModel, row: AnyRow, asking: Asking) -> Plan[Vector[Any]]:
        found = yield from self.features_many(model, [row], asking)
        return found[0]

    def features_many(self, model: AnyModel, rows: Iterable[AnyRow], asking: Asking) -> Plan[List[Vector[Any]]]:
        info = None if isinstance(model, str) else model.__tidemark__
        made = Vector if isinstance(model, str) else model.__vector__
        replies = yield from self._ask(model, rows, asking, "application/json")
        return [vector for reply in replies for vector in vectors(reply, made, info, asking.exact)]

    def arrow(self, model: AnyModel, rows: Any, asking: Asking) -> Plan[pyarrow.Table]:
        rows = yield from self._rows(model, rows)
        replies = yield from self._ask(model, rows, asking, ARROW)
        return tables.concatenated([tables.read_arrow(content) for content in replies])

    def frame(self, model: AnyModel, frame: pandas.DataFrame, asking: Asking) -> Plan[pandas.DataFrame]:
        info = model.__tidemark__ if not isinstance(model, str) else (yield from self.model(model))
        rows = tables.rows(info, frame)
        asking = Asking(asking.at, asking.stale, exact=True, hash=info.hash)
        if not rows:
            return tables.frame_of(info, [[] for _ in info.names], frame.index, ())
        if tables.by_arrow():
            table = yield from self.arrow(model, rows, asking)
            return tables.frame_of_arrow(info, table, frame.index)
        found = yield from self._ask(model, rows, asking, "application/json")
        lines = [vector for reply in found for vector in vectors(reply, Vector, info, exact=False, texts=True)]
        columns = [list(column) for column in zip(*(line.values for line in lines))]
        return tables.frame_of(info, columns, frame.index, found)

    def put(
        self, stream: str, key: str, these: Iterable[Mapping[str, Any]], folded_within: Optional[float]
    ) -> Plan[Dict[str, int]]:
        newest = yield from events.put_all(stream, events.as_items(key, these), self.retry)
        if folded_within is not None:
            yield from self._folded(stream, newest, folded_within)
        return newest

    def _folded(self, stream: str, newest: Mapping[str, int], within: float) -> Plan[None]:
        pause = 0.05
        for _ in range(max(1, int(within / pause))):
            health = yield from self.read("/v1/health")
            done = {lane["shard"]: lane["position"] for lane in health["lanes"] if lane["stream"] == stream}
            if all(int(done.get(shard, "").split(":")[0] or -1) >= number for shard, number in newest.items()):
                return
            yield pause
        raise TidemarkError(f"the events of stream {stream} are not folded after about {within} seconds")

    def _rows(self, model: AnyModel, rows: Any) -> Plan[Iterable[AnyRow]]:
        """Rows as they came, or those of a data frame."""
        if not tables.is_frame(rows):
            return rows  # type: ignore[no-any-return]
        info = model.__tidemark__ if not isinstance(model, str) else (yield from self.model(model))
        return tables.rows(info, rows)

    def _ask(self, model: AnyModel, rows: Iterable[AnyRow], asking: Asking, accept: str) -> Plan[List[Any]]:
        """The answers to all rows, in order and as of one moment: documents, or the bytes of Arrow."""
        name, pin, facts = _pinned(model, asking)
        params = {}
        if asking.explain:
            params["explain"] = "true"
        if asking.stale != "serve":
            params["stale"] = asking.stale
        headers = {"Accept": accept, **({"If-Match": f'"{pin}"'} if pin else {})}
        at = asking.at
        found: List[Any] = []
        asked = [to_row(row) for row in rows]
        first, at_once = 0, MAX_ROWS
        while first < len(asked):
            part = asked[first : first + at_once]
            body: Dict[str, Any] = {"rows": part}
            if at is not None:
                body["at"] = json_text.moment_text(at)
            call = _post(f"/v1/models/{_segment(name)}:features", body, params, headers)
            reply = yield from answered(call, self.retry)
            if len(part) > 1 and is_too_much(reply):
                at_once = len(part) // 2
                continue
            checked(reply, facts)
            answer: Any = reply.content if accept == ARROW else document(reply, asking.exact)
            said: Dict[str, Any] = tables.metadata(reply.content) if accept == ARROW else answer
            if pin and said["hash"] != pin:
                raise TidemarkError(f"asked for definition {pin} of model {name}, but {said['hash']} was answered")
            at = said["at"]
            found.append(answer)
            first += len(part)
        return found


def _candidate(found: Mapping[str, Any]) -> Candidate:
    return Candidate(found["version"], found["hash"], found["artifact"], found["sha256"], found["since"], found["log"])


def _pinned(model: AnyModel, asking: Asking) -> tuple[str, Optional[str], Sequence[str]]:
    if isinstance(model, str):
        return model, asking.hash, ()
    info = model.__tidemark__
    return info.model, info.hash, info.facts


def _segment(text: str) -> str:
    """One segment of a path. A dot is escaped where it would mean this folder or the one above."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def _post(
    path: str, body: Any, params: Optional[Mapping[str, str]] = None, headers: Optional[Mapping[str, str]] = None
) -> Call:
    return Call(
        "POST", path, params or {}, {**(headers or {}), "Content-Type": "application/json"}, json_text.write(body)
    )


def _query(query: Query) -> Dict[str, Any]:
    asked: Dict[str, Any] = {"view": query.view, "entities": [entity_text(entity) for entity in query.entities]}
    if query.features is not None:
        asked["features"] = list(query.features)
    return asked


def _one_answer(at: str, result: Mapping[str, Any], entity: Mapping[str, Any]) -> Answer:
    """One entity of a batch, in the form that a single read has."""
    one = {**result, **entity, "at": at}
    one["receipt"] = {**result["receipt"], "ahead": one.pop("ahead")}
    del one["entities"]
    return Answer(one)
