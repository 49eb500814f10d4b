"""An online learner: it learns from each labelled row as it becomes known, after having said what it expects.

    python learner.py STATE

It reads `tidemark rows follow`, logs its score and the label of every row as predictions of the model `online`, and
keeps what it has learned, with the last row that it learned from, in the file STATE. Killed and started again it goes
on after that row, so it learns from every row exactly once. What it says is a JSON line a row on standard output.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from numbers import Number
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from river import compose, linear_model, metrics, optim, preprocessing

from tidemark import Client
from tidemark.training import command
from vectors import inputs

Event = Dict[str, Any]

MOST_AT_ONCE = 200
SAID = ("prediction", "ts", "label", "score")


def new_model() -> Any:
    numbers = compose.SelectType(Number) | preprocessing.StandardScaler()
    texts = compose.SelectType(str) | preprocessing.OneHotEncoder()
    return (numbers + texts) | linear_model.LogisticRegression(optim.SGD(0.1))


class Learner:
    """A model, and how far it has learned. `model`, `loss`, `cut` and `row` are one object on disk."""

    def __init__(self, file: Path, hash: str) -> None:
        self._file = file
        self._hash = hash
        self.model = new_model()
        self.loss: Any = metrics.LogLoss()  # type: ignore[no-untyped-call]
        """Progressive validation: of what was expected of every new row before it was learned from."""
        self.cut = self.row = -1
        if file.exists():
            self.__dict__.update(pickle.loads(file.read_bytes()))

    @property
    def at(self) -> Optional[str]:
        """The last row that was learned from, as `rows follow --at` takes it."""
        return None if self.cut < 0 else f"{self.cut}:{self.row}"

    def take(self, row: Mapping[str, Any]) -> List[Event]:
        """Learns from a row; returns what is to be logged of it."""
        if (row["cut"], row["row"]) <= (self.cut, self.row):
            raise ValueError(f"row {row['cut']}:{row['row']} comes after {self.at}")
        self.cut, self.row = row["cut"], row["row"]
        if row["change"] == "removed":
            return []
        read = inputs(row["features"])
        score = self.model.predict_proba_one(read).get(True, 0.5)
        self.model.learn_one(read, bool(row["label"]), w=row["weight"])
        if row["change"] != "new":
            return []  # A revised label is one more example, and no new question.
        self.loss.update(bool(row["label"]), score)
        return self._log(row, score)

    def save(self) -> None:
        """All of it or nothing: whoever is killed in between has the state before."""
        kept = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        fresh = self._file.with_name(self._file.name + ".new")
        with fresh.open("wb") as out:
            pickle.dump(kept, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._file)

    def _log(self, row: Mapping[str, Any], score: float) -> List[Event]:
        """Two events. Their ids follow from the row, so a monitor drops what is logged again after a kill."""
        common = {"model": "online", "version": "river", "hash": self._hash, "score": score, "keys": row["keys"]}
        place = f"{row['cut']}:{row['row']}"
        return [
            {
                "type": "prediction",
                "event_id": f"{place}:prediction",
                "id": row["id"],
                "ts": row["at"],
                "features": row["features"],
                **common,
            },
            {
                "type": "outcome",
                "event_id": f"{place}:outcome",
                "prediction": row["id"],
                "ts": row["at"],
                "predicted_at": row["at"],
                "label": row["label"],
                **common,
            },
        ]


def learn(learner: Learner, lines: Iterable[str], log: Callable[[Sequence[Event]], object]) -> None:
    """Learns from lines of `rows follow` until they end. What is learned is stored after it is logged."""
    for some in _together(lines):
        events = [event for line in some for event in learner.take(json.loads(line))]
        if events:
            log(events)
        learner.save()


def _together(lines: Iterable[str]) -> Iterator[List[str]]:
    """The lines in order, as many at a time as are there."""
    waiting: queue.Queue[Optional[str]] = queue.Queue(10 * MOST_AT_ONCE)

    def read() -> None:
        try:
            for line in lines:
                waiting.put(line)
        finally:
            waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    some: List[str] = []
    while (line := waiting.get()) is not None:
        some.append(line)
        if waiting.empty() or len(some) == MOST_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def main(state: str) -> None:
    with Client.local(os.environ["TIDEMARK_URL"], os.environ["AWS_ENDPOINT_URL_KINESIS"]) as client:
        learner = Learner(Path(state), client.model("online").hash)
        follow = [command(), "rows", "follow", "--model", "discount", "--from", "0", "--every", "5s"]
        if learner.at:
            follow += ["--at", learner.at]

        def log(events: Sequence[Event]) -> None:
            client.put("learner-events", "event_id", events)
            for event in events:
                if event["type"] == "outcome":
                    print(json.dumps({name: event[name] for name in SAID}), flush=True)

        with subprocess.Popen(follow, stdout=subprocess.PIPE, encoding="utf-8") as rows:
            # Asked to end, it learns first what has been read.
            signal.signal(signal.SIGTERM, lambda *_: rows.terminate())
            assert rows.stdout is not None
            learn(learner, rows.stdout, log)
        sys.exit(rows.returncode)


if __name__ == "__main__":
    main(sys.argv[1])
