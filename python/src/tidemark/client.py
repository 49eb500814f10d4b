"""The two clients. They differ in how they do I/O, and in nothing else."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Type,
    TypeVar,
    Union,
    overload,
)
from urllib.parse import urlsplit

import httpx

from tidemark import training
from tidemark.answers import Answer, EntityKey, Key, Query
from tidemark.api import AnyModel, Api, Asking, Moment
from tidemark.auth import AnySignature, BearerToken, Certificate, Signature, Token, aws_session, tls
from tidemark.calls import Call, Outcome, Plan, Reply, Retry, T
from tidemark.events import Events, Outbox, Prediction
from tidemark.models import Champion, E, F, InputValue, Model, ModelInfo, Row, Vector
from tidemark.problems import NotReached, TidemarkError

if TYPE_CHECKING:
    import pandas
    import pyarrow

C = TypeVar("C", bound="_Base")
Stale = Literal["serve", "refuse"]
Knowledge = Literal["served", "now", "both"]


class _Base:
    """What the clients have in common: everything that is no I/O of their own, and the events."""

    def __init__(
        self,
        url: str,
        *,
        token: Optional[Token] = None,
        verify: Union[bool, str, ssl.SSLContext] = True,
        cert: Optional[Certificate] = None,
        auth: Optional[httpx.Auth] = None,
        timeout: float = 10.0,
        retry: Optional[Retry] = None,
        connections: int = 100,
        trust_env: bool = True,
        stream: Optional[str] = None,
        kinesis_url: Optional[str] = None,
        kinesis_auth: Optional[httpx.Auth] = None,
        queue_events: int = 10_000,
        queue_bytes: int = 64 * 1024 * 1024,
        command_options: Sequence[str] = (),
        environment: Optional[Mapping[str, str]] = None,
        transport: Any = None,
    ) -> None:
        """A client of the server at this URL.

        token: a JWT, or what gives one; asked for each request.
        verify: a file of CAs, a TLS context, or whether to check the server at all.
        cert: the caller's certificate, a PEM file or (file, key).
        timeout: seconds, for connecting, writing and reading each.
        connections: how many there may be at once.
        trust_env: whether proxies that environment variables name are used.
        stream: where predictions and outcomes go; without one they are refused.
        queue_events, queue_bytes: how much may wait for the stream.
        command_options, environment: what is added when `training_set` runs the `tidemark` command.
        transport: in place of the network, for tests.
        """
        self._api = Api(retry or Retry())
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._kinesis_url = kinesis_url
        self._kinesis_auth = kinesis_auth
        self._common: Dict[str, Any] = {
            "timeout": timeout,
            "limits": limits,
            "trust_env": trust_env,
            "transport": transport,
        }
        self._to_api: Dict[str, Any] = {
            **self._common,
            "base_url": url,
            "auth": BearerToken(token) if token is not None else auth,
            "verify": tls(verify, cert),
        }
        self._command_options = tuple(command_options)
        self._environment = dict(environment or {})
        self._events: Optional[Events] = None
        self._event_http: Optional[httpx.Client] = None
        if stream is not None:
            outbox = Outbox(stream, max_events=queue_events, max_bytes=queue_bytes, retry=self._api.retry)
            self._event_http = httpx.Client(**self._to_kinesis())
            self._events = Events(outbox, self._perform_event)
        self._open()

    def _open(self) -> None:
        raise NotImplementedError

    @classmethod
    def local(
        cls: Type[C],
        url: Optional[str] = None,
        kinesis_url: Optional[str] = None,
        *,
        port: Optional[int] = None,
        **options: Any,
    ) -> C:
        """A client of `tidemark run` on this machine, which no proxy leads to.

        url: of the API; without one it is that of `port` on this machine, 8080 if that is not given either.
        kinesis_url: of the stream; without one it is the API's with the next port, which `tidemark run` gives it.
        """
        if url is not None and port is not None:
            raise ValueError("give the URL of a local run or its port, not both")
        parts = urlsplit(url or f"http://127.0.0.1:{port or 8080}")
        if parts.port is None:
            raise ValueError(f"the URL of a local run has a port, unlike {url}")
        if kinesis_url is None:
            kinesis_url = f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}:{parts.port + 1}"
        options.setdefault("trust_env", False)
        if "environment" not in options:
            options.setdefault("command_options", ("--port", str(parts.port)))
        return cls(parts.geturl(), kinesis_url=kinesis_url, kinesis_auth=AnySignature(), **options)

    @classmethod
    def aws(
        cls: Type[C], url: str, *, region: Optional[str] = None, profile: Optional[str] = None, **options: Any
    ) -> C:
        """A client of a deployment (`ApiUrl` of its stack). Region and credentials are found as every AWS SDK does."""
        session = aws_session(profile)
        region = region or session.get_config_variable("region")
        if not region:
            raise ValueError("there is no region: give one, or set AWS_REGION")
        credentials = session.get_credentials()
        if credentials is None:
            raise TidemarkError("there are no AWS credentials: configure them as for every AWS SDK")
        options.setdefault(
            "kinesis_url", os.environ.get("AWS_ENDPOINT_URL_KINESIS") or f"https://kinesis.{region}.amazonaws.com"
        )
        options.setdefault("kinesis_auth", Signature("kinesis", region, credentials))
        options.setdefault("command_options", ("--aws",))
        chosen = {"AWS_REGION": region, **({"AWS_PROFILE": profile} if profile else {})}
        return cls(
            url,
            auth=Signature("execute-api", region, credentials),
            environment={**chosen, **options.pop("environment", {})},
            **options,
        )

    def _to_kinesis(self) -> Dict[str, Any]:
        if self._kinesis_url is None:
            raise TidemarkError("this client knows no stream: give it kinesis_url and kinesis_auth")
        return {**self._common, "base_url": self._kinesis_url, "auth": self._kinesis_auth}

    def _perform_event(self, call: Call) -> Outcome:
        assert self._event_http is not None
        return _perform(self._event_http, call)

    @property
    def events(self) -> Events:
        """The events of this client: `events.counts`, `events.flush(timeout)`."""
        if self._events is None:
            raise TidemarkError("this client has no stream for events: give it stream=")
        return self._events

    def predicted(
        self,
        vector: Vector[Any],
        score: Any,
        *,
        version: Optional[str] = None,
        id: Optional[str] = None,
        challengers: Optional[Mapping[str, Any]] = None,
        **more: Any,
    ) -> Prediction:
        """Queues a prediction event with the vector, its hash and its receipt. Never waits for the network.

        `challengers` are the scores of other versions for the same vector, by version, to be compared with this one.
        `more` are further members of the event, such as `experiment="b"`.
        """
        return self.events.predicted(vector, score, version, id, challengers, more)

    def outcome(self, prediction: Union[Prediction, str], label: Any, **more: Any) -> bool:
        """Queues an outcome event for a prediction or its id. False if it was dropped because the queue was full.

        For a prediction the event repeats what was predicted, so that its quality needs no join; an id is joined.
        """
        return self.events.outcome(prediction, label, more)

    def _close_events(self) -> None:
        if self._events is not None:
            self._events.close()
        if self._event_http is not None:
            self._event_http.close()

    def _training_set(self, what: Any, spine: Any, out: Any, options: Mapping[str, Any]) -> training.TrainingSet:
        return training.training_set(what, spine, out, options, self._command_options, self._environment)


class Client(_Base):
    """Asks a Tidemark server. Threads may share one; close it, or use it in a `with`."""

    def _open(self) -> None:
        self._http = httpx.Client(**self._to_api)
        self._kinesis: Optional[httpx.Client] = None

    def get(
        self,
        view: str,
        entity: EntityKey,
        *,
        features: Optional[Sequence[str]] = None,
        at: Optional[Moment] = None,
        knowledge: Optional[Knowledge] = None,
        explain: bool = False,
        exact: bool = False,
    ) -> Answer:
        """The values of one entity: of all features or these, now or at a moment. exact: numbers as `Decimal`."""
        return self._run(self._api.get(view, entity, features, at, knowledge, explain, exact))

    def batch(
        self, queries: Iterable[Query], *, at: Optional[Moment] = None, exact: bool = False
    ) -> List[List[Answer]]:
        """For each query the answers of its entities, in order and as of one moment."""
        return self._run(self._api.batch(queries, at, exact))

    @overload
    def features(
        self,
        model: Model[F, E],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[False] = False,
    ) -> F: ...

    @overload
    def features(
        self,
        model: Model[F, E],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[True],
    ) -> E: ...

    @overload
    def features(
        self,
        model: str,
        keys: Mapping[str, Key],
        *,
        request: Optional[Mapping[str, InputValue]] = None,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Vector[Any]: ...

    def features(
        self,
        model: Union[str, Model[Any, Any]],
        keys: Optional[Mapping[str, Key]] = None,
        *,
        request: Optional[Mapping[str, InputValue]] = None,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Vector[Any]:
        """The vector of one row: of a generated class, which pins its definition, or of a model by its name.

        stale: with `refuse` a vector that is staler than the model allows is a `StaleVector`.
        exact: numbers as `Decimal`.
        """
        asked, row = _one(model, keys, request)
        return self._run(self._api.features(asked, row, Asking(at, stale, explain, exact, hash)))

    @overload
    def features_many(
        self,
        model: Type[Model[F, E]],
        rows: Iterable[Model[F, E]],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[False] = False,
    ) -> List[F]: ...

    @overload
    def features_many(
        self,
        model: Type[Model[F, E]],
        rows: Iterable[Model[F, E]],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[True],
    ) -> List[E]: ...

    @overload
    def features_many(
        self,
        model: str,
        rows: Iterable[Row],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> List[Vector[Any]]: ...

    def features_many(
        self,
        model: AnyModel,
        rows: Iterable[Any],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Any:
        """The vectors of many rows, in order and as of one moment, by as many requests as it takes."""
        return self._run(self._api.features_many(model, rows, Asking(at, stale, explain, exact, hash)))

    def frame(
        self, model: AnyModel, frame: pandas.DataFrame, *, at: Optional[Moment] = None, stale: Stale = "serve"
    ) -> pandas.DataFrame:
        """The vectors of a data frame's rows, under its index.

        Its columns named as the model's keys and inputs are the request. The result has a column for each value: Int64,
        Float64, boolean or string, with NA for null; lists and objects as Python's own. A value of type `any` is a
        text, as in a training set, also within lists and objects: `5`, `true`. `attrs["tidemark"]` has hash, moment,
        freshness and receipt of each request.
        """
        return self._run(self._api.frame(model, frame, Asking(at, stale)))

    def arrow(
        self,
        model: AnyModel,
        rows: Union[Iterable[Model[Any, Any]], Iterable[Row], pandas.DataFrame],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
    ) -> pyarrow.Table:
        """The vectors of these rows as a table, as the server types them.

        Its metadata `tidemark` is a JSON array: for each request what the answer says beside its rows.
        """
        return self._run(self._api.arrow(model, rows, Asking(at, stale, hash=hash)))

    def model(self, name: str) -> ModelInfo:
        """A model as the server defines it."""
        return self._run(self._api.model(name))

    def champion(self, model: str) -> Champion:
        """Which candidate of a model is to be used now, and which is to be logged beside it.

        `NotFound` if none was promoted: then serve what was served before.
        """
        return self._run(self._api.champion(model))

    def catalog(self) -> Dict[str, Any]:
        """The catalog that is served."""
        return self._run(self._api.read("/v1/catalog"))

    def health(self) -> Dict[str, Any]:
        """How far the stream is folded, as a document."""
        return self._run(self._api.read("/v1/health"))

    def put(
        self,
        stream: str,
        key: str,
        events: Iterable[Mapping[str, Any]],
        *,
        folded_within: Optional[float] = None,
    ) -> Dict[str, int]:
        """Puts events on a stream, now; `key` is the field whose value is the partition key.

        Returns by shard the greatest sequence number.
        folded_within: wait until they are folded, about so many seconds at most.
        """
        return self._run(self._api.put(stream, key, events, folded_within))

    def training_set(
        self,
        what: Union[str, Type[Model[Any, Any]], Sequence[str]],
        spine: Union[training.PathLike, pandas.DataFrame, None] = None,
        *,
        out: training.PathLike,
        **options: Any,
    ) -> training.TrainingSet:
        """Makes a training set of a model, or of a list of views, with the `tidemark` command.

        spine: a CSV or Parquet file or a data frame. options are the command's, such as `knowledge="now"`. What it says
        goes to stderr. The rows of a generated class are of its definition, or it is a `DefinitionChanged`.
        """
        return self._training_set(what, spine, out, options)

    def close(self) -> None:
        """Sends the events that wait, and closes the connections."""
        self._close_events()
        self._http.close()
        if self._kinesis is not None:
            self._kinesis.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _run(self, plan: Plan[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = plan.send(outcome)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(step, Call):
                outcome = _perform(self._client_for(step), step)
            else:
                outcome = None
                time.sleep(step)

    def _client_for(self, call: Call) -> httpx.Client:
        if not call.kinesis:
            return self._http
        if self._kinesis is None:
            self._kinesis = httpx.Client(**self._to_kinesis())
        return self._kinesis


class AsyncClient(_Base):
    """Asks a Tidemark server from a coroutine: `Client` with `await`. Close it, or use it in an `async with`."""

    def _open(self) -> None:
        self._http = httpx.AsyncClient(**self._to_api)
        self._kinesis: Optional[httpx.AsyncClient] = None

    async def get(
        self,
        view: str,
        entity: EntityKey,
        *,
        features: Optional[Sequence[str]] = None,
        at: Optional[Moment] = None,
        knowledge: Optional[Knowledge] = None,
        explain: bool = False,
        exact: bool = False,
    ) -> Answer:
        """As `Client.get`."""
        return await self._run(self._api.get(view, entity, features, at, knowledge, explain, exact))

    async def batch(
        self, queries: Iterable[Query], *, at: Optional[Moment] = None, exact: bool = False
    ) -> List[List[Answer]]:
        """As `Client.batch`."""
        return await self._run(self._api.batch(queries, at, exact))

    @overload
    async def features(
        self,
        model: Model[F, E],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[False] = False,
    ) -> F: ...

    @overload
    async def features(
        self,
        model: Model[F, E],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[True],
    ) -> E: ...

    @overload
    async def features(
        self,
        model: str,
        keys: Mapping[str, Key],
        *,
        request: Optional[Mapping[str, InputValue]] = None,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Vector[Any]: ...

    async def features(
        self,
        model: Union[str, Model[Any, Any]],
        keys: Optional[Mapping[str, Key]] = None,
        *,
        request: Optional[Mapping[str, InputValue]] = None,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Vector[Any]:
        """As `Client.features`."""
        asked, row = _one(model, keys, request)
        return await self._run(self._api.features(asked, row, Asking(at, stale, explain, exact, hash)))

    @overload
    async def features_many(
        self,
        model: Type[Model[F, E]],
        rows: Iterable[Model[F, E]],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[False] = False,
    ) -> List[F]: ...

    @overload
    async def features_many(
        self,
        model: Type[Model[F, E]],
        rows: Iterable[Model[F, E]],
        *,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: Literal[True],
    ) -> List[E]: ...

    @overload
    async def features_many(
        self,
        model: str,
        rows: Iterable[Row],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> List[Vector[Any]]: ...

    async def features_many(
        self,
        model: AnyModel,
        rows: Iterable[Any],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
        explain: bool = False,
        exact: bool = False,
    ) -> Any:
        """As `Client.features_many`."""
        return await self._run(self._api.features_many(model, rows, Asking(at, stale, explain, exact, hash)))

    async def frame(
        self, model: AnyModel, frame: pandas.DataFrame, *, at: Optional[Moment] = None, stale: Stale = "serve"
    ) -> pandas.DataFrame:
        """As `Client.frame`."""
        return await self._run(self._api.frame(model, frame, Asking(at, stale)))

    async def arrow(
        self,
        model: AnyModel,
        rows: Union[Iterable[Model[Any, Any]], Iterable[Row], pandas.DataFrame],
        *,
        hash: Optional[str] = None,
        at: Optional[Moment] = None,
        stale: Stale = "serve",
    ) -> pyarrow.Table:
        """As `Client.arrow`."""
        return await self._run(self._api.arrow(model, rows, Asking(at, stale, hash=hash)))

    async def model(self, name: str) -> ModelInfo:
        """As `Client.model`."""
        return await self._run(self._api.model(name))

    async def champion(self, model: str) -> Champion:
        """As `Client.champion`."""
        return await self._run(self._api.champion(model))

    async def catalog(self) -> Dict[str, Any]:
        """As `Client.catalog`."""
        return await self._run(self._api.read("/v1/catalog"))

    async def health(self) -> Dict[str, Any]:
        """As `Client.health`."""
        return await self._run(self._api.read("/v1/health"))

    async def put(
        self,
        stream: str,
        key: str,
        events: Iterable[Mapping[str, Any]],
        *,
        folded_within: Optional[float] = None,
    ) -> Dict[str, int]:
        """As `Client.put`."""
        return await self._run(self._api.put(stream, key, events, folded_within))

    async def training_set(
        self,
        what: Union[str, Type[Model[Any, Any]], Sequence[str]],
        spine: Union[training.PathLike, pandas.DataFrame, None] = None,
        *,
        out: training.PathLike,
        **options: Any,
    ) -> training.TrainingSet:
        """As `Client.training_set`."""
        return await asyncio.to_thread(self._training_set, what, spine, out, options)

    async def close(self) -> None:
        """Sends the events that wait, and closes the connections."""
        await asyncio.to_thread(self._close_events)
        await self._http.aclose()
        if self._kinesis is not None:
            await self._kinesis.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self.close()

    async def _run(self, plan: Plan[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = plan.send(outcome)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(step, Call):
                outcome = await _perform_async(self._client_for(step), step)
            else:
                outcome = None
                await asyncio.sleep(step)

    def _client_for(self, call: Call) -> httpx.AsyncClient:
        if not call.kinesis:
            return self._http
        if self._kinesis is None:
            self._kinesis = httpx.AsyncClient(**self._to_kinesis())
        return self._kinesis


def _one(
    model: Union[str, Model[Any, Any]], keys: Optional[Mapping[str, Key]], request: Optional[Mapping[str, InputValue]]
) -> tuple[AnyModel, Any]:
    if isinstance(model, str):
        return model, {"keys": keys or {}, "request": request or {}}
    return type(model), model


def _perform(http: httpx.Client, call: Call) -> Outcome:
    try:
        answer = http.request(call.method, call.path, **_parts(call))
    except httpx.TransportError as error:
        return _not_reached(error)
    return _reply(answer)


def _parts(call: Call) -> Dict[str, Any]:
    return {"params": call.params or None, "headers": call.headers, "content": call.content}


def _reply(answer: httpx.Response) -> Reply:
    return Reply(answer.status_code, answer.headers, answer.content)


def _not_reached(error: httpx.TransportError) -> NotReached:
    connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    request = error.request
    path = request.url.raw_path.partition(b"?")[0].decode()
    url = f"{request.url.scheme}://{request.url.netloc.decode()}{path}"
    reached = NotReached(f"{request.method} {url}: {type(error).__name__}: {error}", connecting=connecting)
    reached.__cause__ = error
    return reached


async def _perform_async(http: httpx.AsyncClient, call: Call) -> Outcome:
    try:
        answer = await http.request(call.method, call.path, **_parts(call))
    except httpx.TransportError as error:
        return _not_reached(error)
    return _reply(answer)
