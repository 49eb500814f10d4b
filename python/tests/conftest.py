from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Iterator, List

import pytest

from fake import FakeServer
from tidemark import AsyncClient, Client

CATALOG = Path(__file__).parent / "catalog.yaml"


class Both:
    """Calls the same method of both clients and compares what they say, so that each test is of both.

    Freshness and receipt are not compared: they are those of each request.
    """

    def __init__(self, **options: Any) -> None:
        self._url = options.pop("url", "http://fake")
        self._options = options

    def __call__(self, method: str, *args: Any, **named: Any) -> Any:
        with Client(self._url, **self._options) as client:
            once = _told(lambda: getattr(client, method)(*args, **named))
        again = asyncio.run(self._asynchronous(lambda client: getattr(client, method)(*args, **named)))
        assert _comparable(once) == _comparable(again)
        if isinstance(once, Exception):
            raise once
        return once

    async def _asynchronous(self, ask: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
        async with AsyncClient(self._url, **self._options) as client:
            try:
                return await ask(client)
            except Exception as error:  # noqa: BLE001
                return error


def _told(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001
        return error


def _comparable(said: Any) -> Any:
    if isinstance(said, list):
        return [_comparable(each) for each in said]
    if hasattr(said, "to_dict"):
        return repr(said.to_dict()), said.dtypes.to_dict(), _of_any_moment(said.attrs["tidemark"])
    if hasattr(said, "to_pylist"):
        return said.to_pylist(), said.schema.types, _of_any_moment(json.loads(said.schema.metadata[b"tidemark"]))
    if hasattr(said, "values") and hasattr(said, "answer"):
        return type(said), said.values, said.row, _of_any_moment([said.answer])
    if hasattr(said, "document"):
        return type(said), {name: value for name, value in said.document.items() if name != "instance"}
    return repr(said)


def _of_any_moment(answers: List[Dict[str, Any]]) -> Any:
    return [{**answer, "freshness": None, "receipt": None} for answer in answers]


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def both(server: FakeServer) -> Both:
    return Both(transport=server.transport)


@pytest.fixture
def client(server: FakeServer) -> Iterator[Client]:
    options: Dict[str, Any] = {"transport": server.transport, "stream": "predictions", "kinesis_url": "http://stream"}
    with Client("http://fake", **options) as made:
        yield made
