from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import subprocess
import sys
import threading
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Dict, List

import httpx
import numpy
import pytest

from fake import INFO, NOW, RECEIPT, FakeServer
from generated import Discount
from tidemark import AsyncClient, Client, Counts, NotReached, Retry, TidemarkError, events
from tidemark.calls import Call, Outcome, Reply
from tidemark.events import Outbox
from tidemark.json_text import moment_text

ROW = Discount(user_id="u1", item_id="i7", list_price=59.90)
LONG = 30.0


class Stream:
    """The far end of an outbox, played by hand: it takes all unless told otherwise."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.batches: List[List[Any]] = []
        self.pauses: List[float] = []
        self.next: List[Callable[[Call], Outcome]] = []

    def drain(self) -> None:
        plan = self.outbox.drain()
        outcome: Outcome = None
        try:
            while True:
                step = plan.send(outcome)
                outcome = None
                if isinstance(step, Call):
                    self.batches.append(_events(step))
                    outcome = (self.next.pop(0) if self.next else takes())(step)
                else:
                    self.pauses.append(step)
        except StopIteration:
            return


def _events(call: Call) -> List[Any]:
    assert call.content is not None
    return [json.loads(base64.b64decode(record["Data"])) for record in json.loads(call.content)["Records"]]


def takes(*refused: int) -> Callable[[Call], Outcome]:
    def answer(call: Call) -> Outcome:
        results: List[Dict[str, str]] = []
        for index in range(len(_events(call))):
            code = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
            results.append(code if index in refused else {"ShardId": "s", "SequenceNumber": str(index)})
        return Reply(200, {}, json.dumps({"Records": results}).encode())

    return answer


def says(status: int, text: str) -> Callable[[Call], Outcome]:
    return lambda call: Reply(status, {}, text.encode())


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(clock: Clock) -> Outbox:
    now = datetime(2026, 1, 31, 10, 3, 12, 290000, timezone.utc)
    retry = Retry(uniform=lambda low, high: high)
    return Outbox("predictions", max_events=3, max_bytes=1000, clock=clock, now=lambda: now, retry=retry)


@pytest.fixture
def stream(outbox: Outbox) -> Stream:
    return Stream(outbox)


def test_the_shape_of_a_prediction_and_its_outcome(client: Client, server: FakeServer) -> None:
    vector = client.features(ROW)
    prediction = client.predicted(vector, 0.83, version="v8", experiment="b")
    assert client.outcome(prediction, 1, reason="bought")
    assert client.outcome("some-id", 0)
    assert client.events.flush(LONG)
    predicted, outcome, other = server.records
    ids = [uuid.UUID(event.pop("event_id")) for event in (predicted, outcome, other)]
    assert len(set(ids)) == 3
    predicted_at = predicted.pop("ts")
    assert predicted_at == moment_text(prediction.ts)
    assert predicted == {
        "type": "prediction",
        "id": prediction.id,
        "model": "discount",
        "hash": INFO.hash,
        "version": "v8",
        "score": 0.83,
        "at": NOW,
        "keys": {"user_id": "u1", "item_id": "i7"},
        "request": {"list_price": 59.9, "device": "desktop"},
        "features": dict(zip(INFO.names, [20, 3, 2, 59.9, "desktop", 2.995])),
        "stale": False,
        "receipt": RECEIPT,
        "experiment": "b",
    }
    del outcome["ts"], other["ts"]
    assert outcome == {
        "type": "outcome",
        "prediction": prediction.id,
        "predicted_at": predicted_at,
        "model": "discount",
        "hash": INFO.hash,
        "version": "v8",
        "score": 0.83,
        "keys": {"user_id": "u1", "item_id": "i7"},
        "label": 1,
        "reason": "bought",
    }
    assert other == {"type": "outcome", "prediction": "some-id", "label": 0}
    assert client.events.counts == Counts(sent=3, dropped=0, failed=0, queued=0)
    put = json.loads(server.requests[-1].content)
    assert (put["StreamName"], put["Records"][0]["PartitionKey"]) == ("predictions", prediction.id)


def test_a_prediction_is_kept_until_its_outcome_is_known(client: Client, server: FakeServer) -> None:
    prediction = client.predicted(client.features(ROW), numpy.float32(0.75))
    kept = pickle.loads(pickle.dumps(prediction))
    assert kept == prediction
    assert client.outcome(prediction, 0)
    assert client.outcome(kept, 0)
    assert client.events.flush(LONG)
    _, outcome, again = server.records
    assert (outcome["version"], outcome["score"]) == (None, 0.75)
    del outcome["ts"], again["ts"], outcome["event_id"], again["event_id"]
    assert outcome == again


def test_what_challengers_predicted_goes_with_the_outcome_too(client: Client, server: FakeServer) -> None:
    challengers = {"v9": numpy.float64(0.79), "v10": 0.5}
    prediction = client.predicted(client.features(ROW), 0.83, version="v8", challengers=challengers)
    assert client.outcome(pickle.loads(pickle.dumps(prediction)), 1)
    assert client.events.flush(LONG)
    assert [event["challengers"] for event in server.records] == [{"v9": 0.79, "v10": 0.5}] * 2
    with pytest.raises(TypeError, match=r"a score is a number, not '0\.5'"):
        client.predicted(client.features(ROW), 0.5, challengers={"v9": "0.5"})


def test_a_member_of_an_event_cannot_be_replaced(client: Client) -> None:
    with pytest.raises(ValueError, match="the event has receipt already"):
        client.predicted(client.features(ROW), 0.5, receipt="mine")
    with pytest.raises(ValueError, match="the event has predicted_at, version already"):
        client.outcome(client.predicted(client.features(ROW), 0.5), 1, version="v9", predicted_at=NOW)
    assert client.outcome("some-id", 1, version="v9", score=0.5, predicted_at=NOW)


@pytest.mark.parametrize("score", [True, numpy.bool_(True), "0.5", None, [0.5]])
def test_a_score_is_a_number(client: Client, score: Any) -> None:
    with pytest.raises(TypeError, match="a score is a number, not"):
        client.predicted(client.features(ROW), score)
    assert client.events.counts == Counts(0, 0, 0, 0)


def test_scores_of_all_kinds_of_number(client: Client, server: FakeServer) -> None:
    vector = client.features(ROW)
    for score in (1, 0.5, Decimal("0.25"), numpy.float32(0.5), numpy.array(0.75)):
        assert client.predicted(vector, score).queued
    assert client.events.flush(LONG)
    assert [event["score"] for event in server.records] == [1, 0.5, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("id", ["", "x" * 257])
def test_an_id_that_would_spoil_its_batch_is_refused(client: Client, id: str) -> None:
    with pytest.raises(ValueError, match="has 1 to 256 characters"):
        client.outcome(id, 1)
    with pytest.raises(ValueError, match="has 1 to 256 characters"):
        client.predicted(client.features(ROW), 0.5, id=id)
    assert client.outcome("x" * 256, 1)


def test_a_client_without_a_stream_refuses_events(server: FakeServer) -> None:
    with Client("http://fake", transport=server.transport) as client:
        with pytest.raises(TidemarkError, match="has no stream for events"):
            client.outcome("id", 1)
        with pytest.raises(TidemarkError, match="knows no stream"):
            client.put("events", "id", [{"id": 1}])


def test_closing_sends_what_waits_and_a_last_heartbeat(server: FakeServer) -> None:
    with Client("http://f", transport=server.transport, stream="p", kinesis_url="http://s") as client:
        client.outcome("id", 1)
    assert sorted(event["type"] for event in server.records) == ["heartbeat", "outcome"]
    heartbeat = next(event for event in server.records if event["type"] == "heartbeat")
    assert heartbeat["client"] == client.events.client
    assert client.events.counts == Counts(1, 0, 0, 0)
    assert not client.outcome("id", 1)
    assert client.events.counts.dropped == 1


def test_the_asynchronous_client_has_the_same_events(server: FakeServer) -> None:
    async def predict() -> AsyncClient:
        async with AsyncClient("http://f", transport=server.transport, stream="p", kinesis_url="http://s") as client:
            prediction = client.predicted(await client.features(ROW), 0.5, id="p1")
            assert client.outcome(prediction, 1)
            await client.put("shop", "k", [{"type": "ordinary", "k": 1}])
        return client

    client = asyncio.run(predict())
    assert sorted(event["type"] for event in server.records) == ["heartbeat", "ordinary", "outcome", "prediction"]
    assert client.events.counts == Counts(2, 0, 0, 0)


def test_whatever_fails_does_not_end_the_thread() -> None:
    broken = threading.Event()

    def fails_once(request: httpx.Request) -> Any:
        if not broken.is_set():
            broken.set()
            return RuntimeError("no credentials")
        return None

    server = FakeServer(fails_once)
    with Client(
        "http://f", transport=server.transport, stream="p", kinesis_url="http://s", retry=Retry(first_pause=0)
    ) as client:
        client.outcome("id", 1)
        assert client.events.flush(LONG)
        assert client.events.counts == Counts(1, 0, 0, 0)


def test_a_queue_that_is_full_drops_and_counts(
    outbox: Outbox, stream: Stream, caplog: pytest.LogCaptureFixture
) -> None:
    assert [outbox.offer("k", {"n": n}) for n in range(5)] == [True, True, True, False, False]
    assert outbox.counts == Counts(sent=0, dropped=2, failed=0, queued=3)
    stream.drain()
    assert outbox.counts == Counts(sent=3, dropped=2, failed=0, queued=0)
    assert "dropped=2 failed=0 queued=3" in caplog.text


def test_a_queue_is_bounded_in_bytes_too(outbox: Outbox, stream: Stream) -> None:
    assert outbox.offer("k", {"text": "x" * 900})
    assert not outbox.offer("k", {"text": "x" * 900})
    stream.drain()
    assert outbox.offer("k", {"text": "x" * 900})


def test_an_event_larger_than_a_record_is_dropped(clock: Clock) -> None:
    outbox = Outbox("predictions", clock=clock)
    overhead = len('{"t":""}') + len("k")
    assert outbox.offer("k", {"t": "x" * (events.MAX_RECORD_BYTES - overhead)})
    assert not outbox.offer("k", {"t": "x" * (events.MAX_RECORD_BYTES - overhead + 1)})
    assert outbox.counts == Counts(0, 1, 0, 1)


def test_batches_are_what_one_call_may_have(clock: Clock) -> None:
    outbox = Outbox("predictions", clock=clock)
    stream = Stream(outbox)
    for n in range(1001):
        outbox.offer("k", {"n": n})
    stream.drain()
    assert [len(batch) for batch in stream.batches] == [500, 500, 1]
    for _ in range(11):
        outbox.offer("k", {"t": "x" * 1_000_000})
    stream.drain()
    assert [len(batch) for batch in stream.batches[3:]] == [5, 5, 1]


def test_only_refused_records_are_sent_again_and_first(outbox: Outbox, stream: Stream) -> None:
    for n in range(3):
        outbox.offer("k", {"n": n})
    stream.next = [takes(0, 2), takes(1)]
    stream.drain()
    assert [[event["n"] for event in batch] for batch in stream.batches] == [[0, 1, 2], [0, 2], [2]]
    assert stream.pauses == [0.1, 0.2]
    assert outbox.counts == Counts(3, 0, 0, 0)


def test_what_passes_is_waited_for(outbox: Outbox, stream: Stream, caplog: pytest.LogCaptureFixture) -> None:
    outbox.offer("k", {"n": 1})
    stream.next = [
        lambda call: NotReached("no network", connecting=True),
        says(503, "later"),
        says(400, '{"__type":"ProvisionedThroughputExceededException"}'),
        says(200, "garbage"),
        says(200, '{"Records":[]}'),
        says(200, '{"Records":["x"]}'),
        says(200, "[]"),
    ]
    stream.drain()
    assert len(stream.batches) == 8
    assert outbox.counts == Counts(1, 0, 0, 0)
    assert "no network" in caplog.text


def test_what_is_refused_for_good_has_failed(outbox: Outbox, stream: Stream, caplog: pytest.LogCaptureFixture) -> None:
    outbox.offer("k", {"n": 1})
    stream.next = [says(400, '{"__type":"ResourceNotFoundException"}')]
    stream.drain()
    assert outbox.counts == Counts(0, 0, 1, 0)
    assert "failed=1" in caplog.text
    assert "ResourceNotFoundException" in caplog.text


def test_it_warns_at_most_once_a_minute(
    outbox: Outbox, stream: Stream, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def lose() -> None:
        for n in range(4):
            outbox.offer("k", {"n": n})
        stream.drain()

    lose()
    clock.seconds = 59
    lose()
    assert len(caplog.records) == 1
    clock.seconds = 60
    stream.drain()
    assert [record.getMessage().split(": ")[1].split()[0] for record in caplog.records] == ["dropped=1", "dropped=2"]
    clock.seconds = 500
    stream.drain()
    assert len(caplog.records) == 2
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_a_heartbeat_a_minute_says_what_became_of_the_events(outbox: Outbox, stream: Stream, clock: Clock) -> None:
    for n in range(4):
        outbox.offer("k", {"n": n})
    stream.drain()
    clock.seconds = 59
    stream.drain()
    assert len(stream.batches) == 1
    clock.seconds = 60
    stream.drain()
    heartbeat = {"type": "heartbeat", "client": outbox.client, "ts": "2026-01-31T10:03:12.290Z"}
    assert stream.batches[1] == [{**heartbeat, "sent": 3, "dropped": 1, "failed": 0, "queued": 0}]
    assert outbox.counts == Counts(3, 1, 0, 0)
    assert outbox.seconds_to_heartbeat() == 60


def test_what_waits_when_it_is_closed_has_failed(
    outbox: Outbox, stream: Stream, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.offer("k", {"n": 1})
    plan = outbox.drain()
    call = next(plan)
    outbox.offer("k", {"n": 2})
    outbox.beat()
    assert outbox.counts == Counts(0, 0, 0, 2)
    outbox.close()
    assert outbox.counts == Counts(0, 0, 2, 0)
    assert "failed=2" in caplog.text
    assert isinstance(call, Call)
    with pytest.raises(StopIteration):
        plan.send(takes()(call))
    assert outbox.counts == Counts(0, 0, 2, 0)
    assert not outbox.offer("k", {"n": 3})
    assert "dropped=1 failed=2" in caplog.text


def test_flushing_waits_for_what_is_on_the_way(outbox: Outbox) -> None:
    outbox.beat()
    plan = outbox.drain()
    call = next(plan)
    assert not outbox.wait_empty(0)
    assert isinstance(call, Call)
    with pytest.raises(StopIteration):
        plan.send(takes()(call))
    assert outbox.wait_empty(0)


def test_a_caller_is_not_held_up_by_a_stream_that_hangs() -> None:
    release, hangs = threading.Event(), threading.Event()

    def hang(request: httpx.Request) -> None:
        hangs.set()
        assert release.wait(LONG)

    with Client("http://f", transport=FakeServer(hang).transport, stream="p", kinesis_url="http://s") as client:
        client.outcome("id", 1)
        assert hangs.wait(LONG)
        assert [client.outcome("id", 1) for _ in range(10_001)].count(False) == 1
        assert not client.events.flush(0)
        release.set()


FORKS = """
import os, sys, threading, httpx
from tidemark import Client

asked, release = threading.Event(), threading.Event()

def hang(request):
    asked.set()
    release.wait()
    return httpx.Response(400)

transport = httpx.MockTransport(hang)
client = Client("http://f", transport=transport, stream="p", kinesis_url="http://s")
client.outcome("id", 1)
asked.wait()
sys.stdout.flush()
child = os.fork()
if child == 0:
    for use in (lambda: client.outcome("id", 1), lambda: client.events.flush(0), lambda: client.events.counts):
        try:
            use()
        except RuntimeError as error:
            print(error)
    if sys.argv[1] == "close":
        client.close()
    sys.exit(0)
ended = os.waitpid(child, 0)[1]
print("ended", ended, client.events.counts.queued)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("end", ["close", "exit"])
def test_after_a_fork_the_events_are_the_parents(end: str) -> None:
    ran = subprocess.run([sys.executable, "-c", FORKS, end], capture_output=True, text=True, timeout=LONG, check=True)
    said = "this process was forked after its client was made: make the client after the fork\n"
    assert (ran.stdout, ran.stderr) == (said * 3 + "ended 0 1\n", "")


def test_ordinary_events_are_put_and_only_refused_ones_again(server: FakeServer) -> None:
    first = {"FailedRecordCount": 1, "Records": [{"ShardId": "a", "SequenceNumber": "7"}, {"ErrorCode": "Slow"}]}
    answers = [httpx.Response(503), httpx.Response(200, json=first)]
    server.before = lambda request: answers.pop(0) if answers else None
    with Client(
        "http://f", transport=server.transport, kinesis_url="http://s", retry=Retry(attempts=2, first_pause=0)
    ) as client:
        assert client.put("shop", "user_id", [{"user_id": 5}, {"user_id": "u2"}]) == {
            "a": 7,
            "shardId-000000000000": 1,
        }
        assert server.records == [{"user_id": "u2"}]
        assert [record["PartitionKey"] for record in server.bodies[0]["Records"]] == ["5", "u2"]
        refused = {"FailedRecordCount": 1, "Records": [{"ErrorCode": "Slow"}]}
        server.before = lambda request: httpx.Response(200, json=refused)
        with pytest.raises(TidemarkError, match="1 of 1 events were refused by stream shop"):
            client.put("shop", "user_id", [{"user_id": 5}])
        with pytest.raises(ValueError, match="an event has no user_id"):
            client.put("shop", "user_id", [{"user": 5}])
        with pytest.raises(ValueError, match="larger than a record"):
            client.put("shop", "user_id", [{"user_id": "u1", "text": "x" * events.MAX_RECORD_BYTES}])
