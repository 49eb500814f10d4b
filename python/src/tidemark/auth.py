"""Who is asking: signatures of AWS, tokens, and TLS."""

from __future__ import annotations

import ssl
from typing import Any, Callable, Generator, Optional, Tuple, Union

import httpx

Token = Union[str, Callable[[], str]]
Certificate = Union[str, Tuple[str, str], Tuple[str, str, str]]


class BearerToken(httpx.Auth):
    """A token, or what gives one; that is asked for each request, so it may renew."""

    def __init__(self, token: Token) -> None:
        self._token = token if callable(token) else _clean(token)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = _clean(self._token()) if callable(self._token) else self._token
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


def _clean(token: str) -> str:
    """The token without white space around it. The error does not show it: it is a secret."""
    token = token.strip()
    if not (token and token.isascii() and token.isprintable()):
        raise ValueError("the token is empty, or has a character that a header may not have")
    return token


class AnySignature(httpx.Auth):
    """For the stream of a local run, which takes any signature."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=local/20000101/local/kinesis/aws4_request"
        yield request


class Signature(httpx.Auth):
    """Signature Version 4, with credentials as every AWS SDK finds them. Needs the extra `aws`."""

    requires_request_body = True

    def __init__(self, service: str, region: str, credentials: Any) -> None:
        self._service = service
        self._region = region
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        signed = {name: request.headers[name] for name in ("content-type", "x-amz-target") if name in request.headers}
        to_sign = AWSRequest(request.method, str(request.url), headers=signed, data=request.content)
        SigV4Auth(self._credentials.get_frozen_credentials(), self._service, self._region).add_auth(to_sign)
        request.headers.update(dict(to_sign.headers.items()))
        yield request


def aws_session(profile: Optional[str]) -> Any:
    try:
        import botocore.session
    except ImportError as error:
        raise ImportError("signing needs the extra `aws`: pip install 'tidemark[aws]'") from error
    return botocore.session.Session(profile=profile)


def tls(verify: Union[bool, str, ssl.SSLContext], cert: Optional[Certificate]) -> Union[bool, ssl.SSLContext]:
    """What httpx connects with. verify: a CA file, a context, or whether to check at all. cert: the caller's."""
    if isinstance(verify, ssl.SSLContext) or (isinstance(verify, bool) and cert is None):
        return verify
    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert is not None:
        context.load_cert_chain(*((cert,) if isinstance(cert, str) else cert))
    return context
