"""A server in a few lines, for what a real one does not show: what it was asked, and its failures."""

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
    """Answers as the API does about models. It notes the requests; `before` may answer in its place."""

    def __init__(self, before: Callable[[httpx.Request], Any] = lambda request: None) -> None:
        self.requests: List[httpx.Request] = []
        self.records: List[Dict[str, Any]] = []
        self.before = before
        self.hash = INFO.hash

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
        assert request.url.path == "/v1/models/discount:features"
        body = json.loads(request.content, parse_float=Decimal)
        answer = {
            "model": "discount",
            "hash": self.hash,
            "at": body.get("at", NOW),
            "stale": False,
            "coverage": {"viewer": {"30m": {"start": "2026-01-31T09:33:00Z", "end": "2026-01-31T10:03:30Z"}}},
            "freshness": {"complete": True, "caughtUp": True, "lagMillis": 0},
            "receipt": RECEIPT,
            "names": list(INFO.names),
            "rows": [self._row(row) for row in body["rows"]],
        }
        return httpx.Response(200, content=json.dumps(answer, default=float))

    def _row(self, row: Dict[str, Any]) -> Dict[str, Any]:
        request = {"device": "desktop", **row["request"]}
        values = [20, 3, 2, request["list_price"], request["device"], request["list_price"] / 20]
        return {"keys": row["keys"], "request": request, "values": values, "nulls": 0}

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
