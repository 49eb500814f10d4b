"""The contract of the API about models, in a few lines: what the clients are tried against without a server."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any, Callable, Dict, List

import httpx

from generated import Discount

INFO = Discount.__tidemark__
NOW = "2026-01-31T10:03:12.290Z"
RECEIPT = {"catalog": "b14a236f2f5717d6", "model": INFO.hash, "at": 1769853792290, "views": {"viewer": {"lanes": {}}}}


class FakeServer:
    """Answers as the API does. It notes the requests; `before` may answer in its place."""

    def __init__(self, before: Callable[[httpx.Request], Any] = lambda request: None) -> None:
        self.requests: List[httpx.Request] = []
        self.records: List[Dict[str, Any]] = []
        self.before = before
        self.hash = INFO.hash
        self.facts = list(INFO.facts)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    @property
    def bodies(self) -> List[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (instead := self.before(request)) is not None:
            if isinstance(instead, Exception):
                raise instead
            assert isinstance(instead, httpx.Response)
            return instead
        if "x-amz-target" in request.headers:
            return self._put_records(json.loads(request.content)["Records"])
        if request.url.path == "/v1/catalog":
            return httpx.Response(200, json=self._catalog())
        assert request.url.path == "/v1/models/discount:features"
        if (pinned := request.headers.get("if-match")) not in (None, f'"{self.hash}"'):
            served = {"hash": self.hash, "facts": self.facts}
            return problem(412, "Another definition is served", f"{pinned} is not served", served=served)
        body = json.loads(request.content, parse_float=Decimal)
        rows = [self._row(row) for row in body["rows"]]
        common = {
            "model": "discount",
            "hash": self.hash,
            "at": body.get("at", NOW),
            "stale": False,
            "coverage": {"viewer": {"30m": {"start": "2026-01-31T09:33:00Z", "end": "2026-01-31T10:03:30Z"}}},
            "freshness": {"complete": True, "caughtUp": True, "lagMillis": 0},
            "receipt": RECEIPT,
        }
        if request.headers["accept"] == "application/vnd.apache.arrow.stream":
            return httpx.Response(200, content=self._arrow(common, rows))
        whole = {**common, "names": list(INFO.names), "rows": rows}
        return httpx.Response(200, content=json.dumps(whole, default=float))

    def _row(self, row: Dict[str, Any]) -> Dict[str, Any]:
        request = {"device": "desktop", **row["request"]}
        if row["keys"]["user_id"] == "nobody":
            values = [None, 0, request["list_price"], request["device"], 1]
        else:
            values = [20, 3, request["list_price"], request["device"], request["list_price"] / 20]
        return {"keys": row["keys"], "request": request, "values": values, "nulls": values.count(None)}

    def _arrow(self, common: Dict[str, Any], rows: List[Dict[str, Any]]) -> bytes:
        import pyarrow as pa

        types = {"number": pa.float64(), "integer": pa.int64(), "text": pa.utf8(), "boolean": pa.bool_()}
        schema = pa.schema([(name, types[type_]) for name, type_ in zip(INFO.names, INFO.types)])
        columns = list(zip(*(row["values"] for row in rows)))
        arrays = [
            pa.array([float(v) if type_ == "number" and v is not None else v for v in column], types[type_])
            for column, type_ in zip(columns, INFO.types)
        ]
        batch = pa.record_batch(arrays, schema=schema.with_metadata({"tidemark": json.dumps(common)}))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        return bytes(sink.getvalue().to_pybytes())

    def _catalog(self) -> Dict[str, Any]:
        model = {
            "model": "discount",
            "hash": self.hash,
            "names": list(INFO.names),
            "types": list(INFO.types),
            "keys": list(INFO.keys),
            "request": [
                {"name": "list_price", "type": "number"},
                {"name": "device", "type": "text", "default": "desktop"},
            ],
            "facts": self.facts,
        }
        return {"hash": "b14a236f2f5717d6", "views": [], "definitions": {}, "models": [model]}

    def _put_records(self, records: List[Dict[str, Any]]) -> httpx.Response:
        results = []
        for record in records:
            self.records.append(json.loads(base64.b64decode(record["Data"])))
            results.append({"ShardId": "shardId-000000000000", "SequenceNumber": str(len(self.records))})
        return httpx.Response(200, json={"FailedRecordCount": 0, "Records": results})


def problem(status: int, title: str, detail: str, **more: Any) -> httpx.Response:
    document = {
        "type": "tag:tidemark.dev,2026:problem/some",
        "title": title,
        "status": status,
        "detail": detail,
        "remedy": "do otherwise",
        "instance": "i-1",
        **more,
    }
    return httpx.Response(status, json=document, headers={"content-type": "application/problem+json"})
