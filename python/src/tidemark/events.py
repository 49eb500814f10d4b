"""Prediction and outcome events: their shape, and the queue that takes them to a stream.

The queue never blocks whoever puts an event into it. It has bounds; what does not fit is dropped, counted and told.
"""

from __future__ import annotations

import atexit
import base64
import logging
import os
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Deque, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from tidemark import json_text
from tidemark.calls import Call, Outcome, Plan, Reply, Retry, answered, checked
from tidemark.models import Vector
from tidemark.problems import NotReached, TidemarkError

LOG = logging.getLogger("tidemark")

MAX_BATCH_RECORDS = 500
MAX_BATCH_BYTES = 5 * 1024 * 1024
MAX_RECORD_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Prediction:
    """A prediction that was put into the queue, as far as its outcome repeats it. It can be pickled."""

    id: str
    ts: datetime
    model: str
    hash: str
    version: Optional[str]
    score: Union[int, float, Decimal]
    keys: Mapping[str, Any]
    queued: bool
    """False if it was dropped because the queue was full."""
    challengers: Optional[Mapping[str, Union[int, float, Decimal]]] = None
    """What other versions predicted for the same, by version."""


@dataclass(frozen=True)
class Counts:
    """What became of the events of a client; its heartbeats are not among them."""

    sent: int
    dropped: int
    """Not taken: the queue was full, or the event larger than a record may be."""
    failed: int
    """Taken, but refused for good by the stream, or left when the client was closed."""
    queued: int


def prediction_event(vector: Vector[Any], prediction: Prediction, more: Mapping[str, Any]) -> Dict[str, Any]:
    """The whole shape of a prediction event. README.md describes it."""
    return _with_more(
        {
            "type": "prediction",
            "id": prediction.id,
            "ts": prediction.ts,
            "model": vector.model,
            "hash": vector.hash,
            "version": prediction.version,
            "score": prediction.score,
            **_challengers(prediction),
            "at": vector.answer["at"],
            "keys": vector.keys,
            "request": vector.request,
            "features": vector.as_dict(),
            "stale": vector.stale,
            "receipt": vector.receipt,
        },
        more,
    )


def outcome_event(
    prediction: Union[Prediction, str], label: Any, more: Mapping[str, Any], ts: datetime
) -> Dict[str, Any]:
    """The whole shape of an outcome event. README.md describes it."""
    event: Dict[str, Any] = {"type": "outcome", "ts": ts, "label": label}
    if isinstance(prediction, Prediction):
        event.update(
            prediction=prediction.id,
            predicted_at=prediction.ts,
            model=prediction.model,
            hash=prediction.hash,
            version=prediction.version,
            score=prediction.score,
            keys=prediction.keys,
            **_challengers(prediction),
        )
    else:
        event["prediction"] = prediction
    return _with_more(event, more)


def _challengers(prediction: Prediction) -> Dict[str, Any]:
    return {} if prediction.challengers is None else {"challengers": prediction.challengers}


def heartbeat_event(client: str, counts: Counts, ts: datetime) -> Dict[str, Any]:
    """The whole shape of a heartbeat. README.md describes it."""
    return {"type": "heartbeat", "client": client, "ts": ts, **vars(counts)}


def _with_more(event: Dict[str, Any], more: Mapping[str, Any]) -> Dict[str, Any]:
    taken = sorted(event.keys() & more.keys())
    if taken:
        raise ValueError(f"the event has {', '.join(taken)} already")
    # A call whose answer is lost is made again: then the id tells that both records are one event.
    return {"event_id": str(uuid.uuid4()), **event, **more}


@dataclass(frozen=True)
class Item:
    """One record that waits. Its partition key has 1 to 256 characters: for another a stream refuses the batch."""

    key: str
    data: bytes
    heartbeat: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= 256:
            raise ValueError(f"a partition key (a prediction's id) has 1 to 256 characters, not {len(self.key)}")

    @property
    def size(self) -> int:
        return len(self.data) + len(self.key.encode("utf-8"))


def put_records(stream: str, items: Sequence[Item]) -> Call:
    """The call that puts a batch of records on a stream."""
    records = [{"PartitionKey": item.key, "Data": base64.b64encode(item.data).decode("ascii")} for item in items]
    return Call(
        "POST",
        "/",
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Kinesis_20131202.PutRecords"},
        content=json_text.write({"StreamName": stream, "Records": records}),
        kinesis=True,
    )


def put_results(reply: Reply, batch: Sequence[Item]) -> List[Tuple[Item, Mapping[str, Any]]]:
    """What became of each record of a batch, in order."""
    try:
        results = [dict(result) for result in json_text.read(checked(reply).content, exact=False)["Records"]]
        if len(results) != len(batch):
            raise ValueError(f"{len(results)} results for {len(batch)} records")
    except (ValueError, KeyError, TypeError) as error:
        raise TidemarkError(f"the stream answered {reply.content[:1000]!r}") from error
    return list(zip(batch, results))


def batches(items: Iterable[Item]) -> Iterator[List[Item]]:
    """Items in order, in batches that one call may have."""
    batch: List[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) == MAX_BATCH_RECORDS or size + item.size > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def put_all(stream: str, items: Sequence[Item], retry: Retry) -> Plan[Dict[str, int]]:
    """Puts all items; only those that were refused again. Returns by shard the greatest sequence number.

    A TidemarkError says how many are not on the stream when the retries are used up.
    """
    for item in items:
        if item.size > MAX_RECORD_BYTES:
            raise ValueError(f"an event of {item.size} bytes is larger than a record may be: {item.data[:200]!r}")
    newest: Dict[str, int] = {}
    failures = 0
    pending = list(items)
    while pending:
        refused = []
        for batch in batches(pending):
            reply = yield from answered(put_records(stream, batch), retry)
            for item, result in put_results(reply, batch):
                if "SequenceNumber" in result:
                    shard = result["ShardId"]
                    newest[shard] = max(newest.get(shard, 0), int(result["SequenceNumber"]))
                else:
                    refused.append(item)
        failures = failures + 1 if len(refused) == len(pending) else 1
        pending = refused
        if pending and failures == retry.attempts:
            raise TidemarkError(f"{len(pending)} of {len(items)} events were refused by stream {stream}")
        if pending:
            yield retry.pause(failures)
    return newest


class Outbox:
    """The events that wait for a stream. Any thread may put some in; one sender at a time may drain it."""

    def __init__(
        self,
        stream: str,
        *,
        max_events: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        heartbeat_seconds: float = 60.0,
        warning_seconds: float = 60.0,
        retry: Optional[Retry] = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.stream = stream
        self.client = str(uuid.uuid4())
        self.closed = False
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._heartbeat_seconds = heartbeat_seconds
        self._warning_seconds = warning_seconds
        self._retry = retry or Retry()
        self._clock = clock
        self.now = now
        self._changed = threading.Condition()
        self._items: Deque[Item] = deque()
        self._bytes = 0
        self._on_the_way: List[Item] = []
        self._trouble = ""
        self._sent = self._dropped = self._failed = 0
        self._told = (0, 0)
        self._last_warning: Optional[float] = None
        self._next_heartbeat = clock() + heartbeat_seconds

    @property
    def counts(self) -> Counts:
        with self._changed:
            queued = _events(self._items) + _events(self._on_the_way)
            return Counts(self._sent, self._dropped, self._failed, queued)

    @property
    def has_full_batch(self) -> bool:
        return len(self._items) >= MAX_BATCH_RECORDS

    def offer(self, key: str, event: Mapping[str, Any]) -> bool:
        """Takes an event, or drops it and counts that."""
        item = Item(key, json_text.write(event))
        with self._changed:
            fits = len(self._items) < self._max_events and self._bytes + item.size <= self._max_bytes
            taken = fits and item.size <= MAX_RECORD_BYTES and not self.closed
            if taken:
                self._items.append(item)
                self._bytes += item.size
            else:
                self._dropped += 1
        if self.closed:
            self.tell()
        return taken

    def seconds_to_heartbeat(self) -> float:
        return max(0.0, self._next_heartbeat - self._clock())

    def wait_empty(self, timeout: float) -> bool:
        """Waits until nothing waits and nothing is on the way; False if that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._on_the_way, timeout)

    def beat(self) -> None:
        """Puts a heartbeat in, first of all, whatever the bounds."""
        self._next_heartbeat = self._clock() + self._heartbeat_seconds
        item = Item(self.client, json_text.write(heartbeat_event(self.client, self.counts, self.now())), heartbeat=True)
        with self._changed:
            if not any(waiting.heartbeat for waiting in self._items):
                self._items.appendleft(item)
                self._bytes += item.size

    def tell(self) -> None:
        """Warns of events lost since the last warning and of trouble with the stream, at most once a minute."""
        counts = self.counts
        lost = (counts.dropped, counts.failed)
        due = self._last_warning is None or self._clock() >= self._last_warning + self._warning_seconds
        if (lost != self._told or self._trouble) and (due or self.closed):
            self._told = lost
            self._last_warning = self._clock()
            LOG.warning(
                "events for stream %s: dropped=%d failed=%d queued=%d sent=%d%s",
                self.stream,
                counts.dropped,
                counts.failed,
                counts.queued,
                counts.sent,
                f"; {self._trouble}" if self._trouble else "",
            )
            self._trouble = ""

    def drain(self) -> Plan[None]:
        """Sends until nothing waits. What is refused for now waits again, in front."""
        failures = 0
        while not self.closed:
            if self.seconds_to_heartbeat() == 0:
                self.beat()
            self.tell()
            batch = self._take()
            if not batch:
                return
            outcome = yield put_records(self.stream, batch)
            again, self._trouble = _judge(batch, outcome)
            self._settle(batch, again)
            failures = failures + 1 if again else 0
            if again:
                yield self._retry.pause(failures)

    def _take(self) -> List[Item]:
        with self._changed:
            batch = next(batches(self._items), [])
            for item in batch:
                self._items.popleft()
                self._bytes -= item.size
            self._on_the_way = batch
            return batch

    def _settle(self, batch: Sequence[Item], again: Optional[Sequence[Item]]) -> None:
        with self._changed:
            if self.closed:
                return
            if again is None:
                self._failed += _events(batch)
            else:
                self._sent += _events(batch) - _events(again)
                self._items.extendleft(reversed(again))
                self._bytes += sum(item.size for item in again)
            self._on_the_way = []
            self._changed.notify_all()

    def close(self) -> None:
        """Takes no more events; what still waits or is on the way has failed."""
        with self._changed:
            if self.closed:
                return
            self._failed += _events(self._items) + _events(self._on_the_way)
            self.closed = True
            self._items.clear()
            self._on_the_way = []
            self._bytes = 0
        self.tell()


def _events(items: Iterable[Item]) -> int:
    return sum(not item.heartbeat for item in items)


def _judge(batch: Sequence[Item], outcome: Outcome) -> Tuple[Optional[Sequence[Item]], str]:
    """Which records are to be sent again, or None if the batch is refused for good; and what is wrong, if anything."""
    if not isinstance(outcome, Reply):
        return batch, str(outcome)
    text = outcome.content[:1000].decode("utf-8", "replace")
    if outcome.status == 200:
        try:
            results = put_results(outcome, batch)
        except TidemarkError as error:
            return batch, str(error)
        refused = [(item, result) for item, result in results if "SequenceNumber" not in result]
        return [item for item, _ in refused], str(refused[0][1]) if refused else ""
    for_now = outcome.status >= 500 or outcome.status == 429 or any(word in text for word in _REFUSED_FOR_NOW)
    return batch if for_now else None, f"the stream answered {outcome.status}: {text}"


_REFUSED_FOR_NOW = ("ThroughputExceeded", "LimitExceeded", "Throttl", "ExpiredToken")


class Events:
    """The events of a client: an outbox, and the thread that drains it."""

    def __init__(self, outbox: Outbox, perform: Callable[[Call], Outcome], linger_seconds: float = 0.2) -> None:
        self._outbox = outbox
        self._perform = perform
        self._linger_seconds = linger_seconds
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stop = threading.Event()
        self._process = os.getpid()
        threading.Thread(target=self._loop, name="tidemark-events", daemon=True).start()
        atexit.register(self.close)

    @property
    def counts(self) -> Counts:
        """What became of the events so far."""
        self._check_process()
        return self._outbox.counts

    @property
    def client(self) -> str:
        """The id that the heartbeats carry."""
        return self._outbox.client

    def predicted(
        self,
        vector: Vector[Any],
        score: Any,
        version: Optional[str],
        id: Optional[str],
        challengers: Optional[Mapping[str, Any]],
        more: Mapping[str, Any],
    ) -> Prediction:
        prediction = Prediction(
            str(uuid.uuid4()) if id is None else id,
            self._outbox.now(),
            vector.model,
            vector.hash,
            version,
            _number(score),
            vector.keys,
            queued=True,
            challengers=None if challengers is None else {name: _number(one) for name, one in challengers.items()},
        )
        queued = self._offer(prediction.id, prediction_event(vector, prediction, more))
        return prediction if queued else replace(prediction, queued=False)

    def outcome(self, prediction: Union[Prediction, str], label: Any, more: Mapping[str, Any]) -> bool:
        id = prediction.id if isinstance(prediction, Prediction) else prediction
        return self._offer(id, outcome_event(prediction, label, more, self._outbox.now()))

    def flush(self, timeout: float) -> bool:
        """Sends what waits, and holds the caller up meanwhile; False if that took longer than so many seconds."""
        self._check_process()
        self._hurry.set()
        self._wake.set()
        return self._outbox.wait_empty(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Sends what waits, a last heartbeat with it; what could not be sent in time has failed.

        In a process that was forked since it does nothing: what waits is its parent's.
        """
        if os.getpid() != self._process:
            return
        atexit.unregister(self.close)
        if not self._outbox.closed:
            self._outbox.beat()
            self.flush(timeout)
        self._stop.set()
        self._outbox.close()
        self._wake.set()

    def _check_process(self) -> None:
        """No thread of the parent, and so none that sends, is in a process that was forked."""
        if os.getpid() != self._process:
            raise RuntimeError("this process was forked after its client was made: make the client after the fork")

    def _offer(self, key: str, event: Mapping[str, Any]) -> bool:
        self._check_process()
        taken = self._outbox.offer(key, event)
        self._wake.set()
        return taken

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self._outbox.seconds_to_heartbeat())
            if not self._outbox.has_full_batch:
                self._hurry.wait(self._linger_seconds)
            self._wake.clear()
            self._hurry.clear()
            self._drain()

    def _drain(self) -> None:
        plan = self._outbox.drain()
        step = next(plan, None)
        while step is not None:
            outcome: Outcome = None
            if isinstance(step, float):
                self._stop.wait(step)
            else:
                try:
                    outcome = self._perform(step)
                except Exception as error:  # noqa: BLE001  whatever it is, such as missing credentials: the outbox tells it
                    outcome = NotReached(repr(error), connecting=False)
            try:
                step = plan.send(outcome)
            except StopIteration:
                return


def _number(score: Any) -> Union[int, float, Decimal]:
    plain = score.item() if hasattr(score, "item") else score
    if isinstance(plain, bool) or not isinstance(plain, (int, float, Decimal)):
        raise TypeError(f"a score is a number, not {score!r}")
    return plain


def as_items(key: str, events: Iterable[Mapping[str, Any]]) -> List[Item]:
    """Events as records whose partition key is the text of this field."""
    items = []
    for event in events:
        if key not in event:
            raise ValueError(f"an event has no {key}: {event!r}")
        part = event[key]
        plain = isinstance(part, (str, int, Decimal)) and not isinstance(part, bool)
        items.append(Item(str(part) if plain else json_text.write(part).decode("ascii"), json_text.write(event)))
    return items
