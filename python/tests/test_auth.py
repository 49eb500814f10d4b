from __future__ import annotations

import hashlib
import hmac
import ssl
from typing import Iterator
from urllib.parse import quote

import httpx
import pytest

from fake import FakeServer
from generated import Discount
from tidemark import Client, TidemarkError
from tidemark.auth import tls

ROW = Discount(user_id="u1", item_id="i7", list_price=59.90)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_KINESIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


def test_a_token_is_asked_for_each_request(server: FakeServer) -> None:
    tokens: Iterator[str] = iter(["first", "second"])
    with Client("http://fake", token=lambda: next(tokens), transport=server.transport) as client:
        client.features(ROW)
        client.features(ROW)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("called", [False, True])
def test_white_space_around_a_token_is_no_part_of_it(server: FakeServer, called: bool) -> None:
    text = " \tsecret\r\n"
    with Client("http://fake", token=(lambda: text) if called else text, transport=server.transport) as client:
        client.features(ROW)
    assert server.requests[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("token", ["sec\nret", "sec\u00e9ret", "sec\0ret", "sec\x7fret", " \n"])
def test_a_token_that_no_header_may_have_is_not_sent_and_not_shown(server: FakeServer, token: str) -> None:
    with pytest.raises(ValueError, match="a header may not have") as caught:
        Client("http://fake", token=token, transport=server.transport)
    assert "ret" not in str(caught.value)
    with Client("http://fake", token=lambda: token, transport=server.transport) as client:
        with pytest.raises(ValueError, match="a header may not have") as caught:
            client.features(ROW)
        assert "ret" not in str(caught.value)
    assert server.requests == []


def _signed_as(request: httpx.Request, service: str) -> str:
    """Signature Version 4 of a request, by the book."""
    authorization = request.headers["authorization"]
    names = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    query = "&".join(sorted(request.url.query.decode().split("&"))) if request.url.query else ""
    path = quote(request.url.raw_path.decode().split("?")[0], safe="/~")
    canonical = "\n".join(
        [
            request.method,
            path,
            query,
            *(f"{name}:{request.headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(request.content).hexdigest(),
        ]
    )
    stamp = request.headers["x-amz-date"]
    scope = f"{stamp[:8]}/eu-central-1/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4wJalrXUtnFEMI"
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_requests_to_aws_are_signed(server: FakeServer) -> None:
    server.before = lambda request: httpx.Response(200, json={}) if request.method == "GET" else None
    with Client.aws(
        "https://api.example/live", region="eu-central-1", transport=server.transport, stream="predictions"
    ) as client:
        client.get("viewer", ["u/1", "a|b"], features=["avg", "n"], at="2026-01-31T10:00:00+01:00")
        client.put("shop", "k", [{"k": 1}])
    api, put = server.requests[:2]
    assert api.url.raw_path.startswith(b"/live/v1/views/viewer/entities/u%2F1%7Ca%5C%7Cb?")
    for request, service in ((api, "execute-api"), (put, "kinesis")):
        authorization = request.headers["authorization"]
        assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        assert request.headers["x-amz-security-token"] == "session"
        assert "host" in authorization.split("SignedHeaders=")[1].split(",")[0]
        assert authorization.endswith("Signature=" + _signed_as(request, service))
    assert put.url.host == "kinesis.eu-central-1.amazonaws.com"
    assert "x-amz-target" in put.headers["authorization"]


def test_what_aws_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="there is no region"):
        Client.aws("https://api.example/live")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(TidemarkError, match="no AWS credentials"):
        Client.aws("https://api.example/live", region="eu-central-1")


def test_tls() -> None:
    assert tls(True, None) is True
    assert tls(False, None) is False
    own = ssl.create_default_context()
    assert tls(own, None) is own
    with pytest.raises(FileNotFoundError):
        tls("/nowhere.pem", None)
    with pytest.raises(FileNotFoundError):
        tls(True, ("/nowhere.pem", "/nowhere.key"))
