"""Plays the whole loop on this machine, in some minutes: a first champion, a flip, a recovery, and poisoned labels.

    python run.py FOLDER

It starts `tidemark run` with the catalog beside it, and with it the loop, the shop, the scorer and the online learner.
It ends by itself. FOLDER, which must not be there yet, gets `loss.svg`, `summary.txt`, and all that the loop has made.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from scorer import CONSTANT, Scored, Scorer, load
from shop import VIEWS_BEFORE_SECONDS, Offer, Shop
from tidemark import Client
from tidemark.local import LocalRun
from tidemark.training import command

HERE = Path(__file__).resolve().parent
POISON_SECONDS = 15.0
"""Shorter than the holdout: labels that are wrong in all of the holdout fool every gate."""
POISON_AFTER_SECONDS = 8.0
"""After a run has begun: when the next one begins, these labels are old enough to be trained on."""
TICK_SECONDS = 0.25
LOOK_SECONDS = 3.0
ROWS_SECONDS = 35.0
"""What a run learns from, as the catalog says: one that begins later after the flip has no row from before it."""
BUSY = 0.25
"""Of the steps: if more of them take twice their time, the machine is too busy for a play in real time."""
TERMINATED = 128 + signal.SIGTERM
BIN_SECONDS = 5.0

WITH = "with the loop"
WITHOUT = "without"
ONLINE = "online learner"
BEST = "best possible"


@dataclass
class Run:
    """One training run, as the training log has it; moments are seconds since the start."""

    name: str
    cut: int
    cause: str
    began: float
    version: str = ""
    passed: Optional[bool] = None
    promoted: Optional[float] = None
    over: Optional[float] = None
    why_not: str = ""
    """What the gate found wrong, or why else it came to nothing or was rolled back."""
    artifact: Tuple[str, str] = ("", "")
    """Where it is, and its SHA-256."""

    def __str__(self) -> str:
        text = f"run of cut {self.cut}, {self.cause}: "
        if self.promoted is not None:
            return text + f"{self.version} promoted after {self.promoted - self.began:.0f} s{self.why_not}"
        if self.over is not None:
            return text + f"refused after {self.over - self.began:.0f} s, {self.why_not}"
        return text + ("in shadow" if self.passed else "begun")


@dataclass
class Play:
    """What was played. Moments are seconds since the start."""

    offers: Dict[str, Offer]
    served: Dict[str, Scored]
    runs: List[Run]
    flipped: float
    poisoned: Tuple[float, float]
    seconds: float
    late: float = 0.0
    """How many of the steps took twice their time."""
    learned: Dict[str, Tuple[float, int, str]] = field(default_factory=dict)
    """What the online learner expected before it learned, the label, and its moment, by prediction."""

    def losses(self) -> Dict[str, Dict[str, float]]:
        """By name of a line of the plot, and prediction, its log loss against what really happened."""
        first = next(run for run in self.runs if run.promoted is not None)
        model = load(*first.artifact)
        before = [id for id in self.offers if self.offers[id].second < (first.promoted or 0)]
        after = [id for id in self.offers if self.offers[id].second >= (first.promoted or 0)]
        without = dict.fromkeys(before, CONSTANT)
        without.update(zip(after, map(float, model.predict_proba([self.served[id].inputs for id in after])[:, 1])))
        lines: Dict[str, Dict[str, float]] = {
            WITH: {id: float(one.prediction.score) for id, one in self.served.items()},
            WITHOUT: without,
            ONLINE: {id: score for id, (score, _, _) in self.learned.items()},
            BEST: {id: offer.probability for id, offer in self.offers.items()},
        }
        return {
            name: {id: _loss(score, self.offers[id].accepted) for id, score in scores.items()}
            for name, scores in lines.items()
        }


def _loss(score: float, label: int) -> float:
    return -math.log(max(score if label else 1.0 - score, 1e-9))


def mean(losses: Dict[str, float], offers: Dict[str, Offer], start: float, end: float) -> float:
    """Of the offers made in [start, end)."""
    some = [loss for id, loss in losses.items() if start <= offers[id].second < end]
    return sum(some) / len(some) if some else math.nan


def runs(status: Mapping[str, Any], start: float) -> List[Run]:
    """The runs in what `tidemark train status --json` says; `start` is in seconds since the epoch."""
    found: Dict[str, Run] = {}
    for entry in status["entries"]:
        second = datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp() - start
        kind = entry["entry"]
        if kind == "Started":
            cut, cause = re.findall(r"on cut (\d+), cause (\w+)", entry["text"])[0]
            found[entry["run"]] = Run(entry["run"], int(cut), cause, second)
            continue
        # A rollback is of the champion, and ends the run that is open.
        run = found[entry["run"]] if entry["run"] else list(found.values())[-1]
        if kind == "Judged":
            candidate = entry["candidate"]
            run.version, run.artifact = candidate["version"], (candidate["artifact"], candidate["sha256"])
            run.passed = entry["passed"]
            if not run.passed:
                run.over = second
                run.why_not = "; ".join(
                    f"{one['name']}: {one['text']}" for one in entry["findings"] if not one["passed"]
                )
        elif kind == "Promoted":
            run.promoted = run.over = second  # Unless it is watched.
        elif kind == "Ended":
            run.over = second
            run.why_not = "" if run.promoted is not None else entry["text"]
        elif kind == "RolledBack" and run.over in (None, run.promoted):
            run.over = second
            run.why_not = f"; {entry['text']}"
    return list(found.values())


class TooBusy(TimeoutError):
    """The machine is too busy for a play in real time."""


class Stage:
    """The shop in motion, what the training log says, and the story that follows from both."""

    def __init__(self, local: LocalRun, client: Client, folder: Path, seed: int) -> None:
        self._environment = {**os.environ, **local.environment, "TIDEMARK_URL": local.url}
        self._client = client
        self._folder = folder
        self._began = time.time()
        self._shop = Shop(seed)
        self._scorer = Scorer(client)
        self._served: Dict[str, Scored] = {}
        self._runs: List[Run] = []
        self._flipped = math.inf
        self._poisoned = (math.inf, math.inf)
        self._ticks = 0
        self._late = 0
        self._learner = self._start_learner()

    @property
    def _seconds(self) -> float:
        return time.time() - self._began

    def play(self, at_most: float) -> Play:
        """Until the story is told; a TimeoutError if that takes longer than `at_most` seconds."""
        for second in range(-VIEWS_BEFORE_SECONDS, 1):
            self._put_views(second)
        done = threading.Event()
        with ThreadPoolExecutor(1) as watching:
            watched = watching.submit(self._watch, done)
            try:
                for wanted in self._story():
                    while not wanted():
                        self._tick(at_most)
                        if watched.done():
                            watched.result()
                        if self._learner.poll() is not None:
                            raise RuntimeError(f"the online learner ended with {self._learner.returncode}")
            finally:
                done.set()
                self._learner.terminate()
                ended = self._learner.wait()
        watched.result()
        if ended != TERMINATED:
            raise RuntimeError(f"the online learner ended with {ended}")
        if not self._client.events.flush(30):
            raise TimeoutError("not all predictions and outcomes could be put on the stream")
        play = Play(
            self._shop.offers, self._served, self._runs, self._flipped, self._poisoned, self._seconds, self._lateness
        )
        for line in self._said_by_learner().read_text("utf-8").splitlines():
            said = json.loads(line)
            play.learned[said["prediction"]] = (said["score"], said["label"], said["ts"])
        return play

    def _story(self) -> Iterator[Callable[[], bool]]:
        """What is waited for; in between, what is done then."""
        yield lambda: any(run.promoted is not None and run.over is not None for run in self._runs)
        shown = self._seconds + 2 * BIN_SECONDS
        yield lambda: self._seconds > shown
        self._tell("a first champion is there; the concept flips, and the online learner is killed")
        self._shop.concept.flipped = True
        self._flipped = self._seconds
        self._kill_learner()
        self._learner = self._start_learner()

        yield lambda: any(run.over is not None for run in self._begun_after(self._flipped + ROWS_SECONDS))
        self._tell("a run that had rows from after the flip alone is over")
        count = len(self._runs)
        yield lambda: len(self._runs) > count and self._seconds > self._runs[count].began + POISON_AFTER_SECONDS
        self._tell(f"for {POISON_SECONDS:.0f} s outcomes say the opposite: the next run will learn from them")
        self._poisoned = (self._seconds, self._seconds + POISON_SECONDS)
        self._shop.poisoned_until = self._poisoned[1]

        yield lambda: any(run.over is not None for run in self._begun_after(self._poisoned[1]))
        end = self._seconds + BIN_SECONDS
        yield lambda: self._seconds > end

    def _begun_after(self, second: float) -> List[Run]:
        return [run for run in self._runs if run.began > second]

    def _tick(self, at_most: float) -> None:
        """A quarter of a second of the shop's life."""
        start = time.monotonic()
        now = self._seconds
        if now > at_most:
            text = f"after {at_most} s the training log has no more than {self._runs}"
            raise TooBusy(f"{text}: the machine is busy") if self._lateness > BUSY else TimeoutError(text)
        self._put_views(now)
        asks = self._shop.asks(now)
        for ask, scored in zip(asks, self._scorer.offer(asks)):
            self._shop.offered(now, ask, scored.prediction.id)
            self._served[scored.prediction.id] = scored
        for outcome in self._shop.outcomes(now):
            self._client.outcome(outcome.prediction, outcome.label)
        took = time.monotonic() - start
        self._ticks += 1
        self._late += took > 2 * TICK_SECONDS
        time.sleep(max(0.0, TICK_SECONDS - took))

    def _put_views(self, second: float) -> None:
        """What users looked at up to that second, and that it was then."""
        ts = datetime.fromtimestamp(self._began + second, timezone.utc)
        if views := [{**view, "ts": ts} for view in self._shop.views(second)]:
            self._client.put("shop-events", "user_id", views)

    @property
    def _lateness(self) -> float:
        return self._late / max(1, self._ticks)

    def _watch(self, done: threading.Event) -> None:
        """Reads the training log now and then."""
        while not done.wait(LOOK_SECONDS):
            before = {run.name: run for run in self._runs}
            self._runs = runs(self._status(), self._began)
            for run in self._runs:
                if run != before.get(run.name):
                    self._tell(str(run))

    def _status(self) -> Any:
        status = [command(), "train", "status", "--model", "discount", "--last", "1000", "--json"]
        return json.loads(subprocess.check_output(status, env=self._environment))

    def _tell(self, text: str) -> None:
        print(f"{self._seconds:5.0f} s  {text}", flush=True)

    def _start_learner(self) -> subprocess.Popen[bytes]:
        """In a session of its own, so that what it started can be killed with it."""
        with self._said_by_learner().open("ab") as out:
            return subprocess.Popen(
                [sys.executable, str(HERE / "learner.py"), str(self._folder / "learner.state")],
                env=self._environment,
                stdout=out,
                start_new_session=True,
            )

    def _kill_learner(self) -> None:
        os.killpg(self._learner.pid, signal.SIGKILL)
        self._learner.wait()

    def _said_by_learner(self) -> Path:
        return self._folder / "learner.jsonl"


def plot(play: Play, file: Path) -> None:
    """Log loss over time, with what happened."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "continual"
    from matplotlib import pyplot

    styles = {WITH: "C0-", WITHOUT: "C3-", ONLINE: "C2-", BEST: "k:"}
    figure, axes = pyplot.subplots(figsize=(10, 4.5))
    bins = [number * BIN_SECONDS for number in range(int(play.seconds / BIN_SECONDS))]
    for name, losses in play.losses().items():
        means = [mean(losses, play.offers, start, start + BIN_SECONDS) for start in bins]
        axes.plot([start + BIN_SECONDS / 2 for start in bins], means, styles[name], label=name)
    axes.axvline(play.flipped, color="k", linestyle="--")
    axes.annotate("the concept flips", (play.flipped, 1.0), xycoords=("data", "axes fraction"), rotation=90, va="top")
    axes.axvspan(*play.poisoned, color="C1", alpha=0.25, label="labels are poisoned")
    for run in play.runs:
        if run.promoted is not None:
            axes.axvline(run.promoted, color="C0", linewidth=1)
            axes.annotate(f"{run.version} promoted", (run.promoted, 0.03), rotation=90, va="bottom", color="C0")
        elif run.passed is False and run.over is not None:
            axes.plot(run.over, 0.1, "rx")
            axes.annotate("refused", (run.over, 0.13), rotation=90, va="bottom", ha="center", color="r")
    axes.set(xlabel="seconds", ylabel="log loss of offers, each 5 s", ylim=(0, None), xlim=(0, play.seconds))
    axes.legend(loc="upper right")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def summary(play: Play) -> str:
    """What was played, in some lines."""
    losses = play.losses()
    recovered = max(run.promoted for run in play.runs if run.promoted is not None)
    first = min(run.promoted for run in play.runs if run.promoted is not None)
    times = [
        ("before the first champion", 0.0, first),
        ("until the concept flips", first, play.flipped),
        ("until the last promotion", play.flipped, recovered),
        ("until the end", recovered, play.seconds),
    ]
    lines = [f"{'mean log loss':28}" + "".join(f"{name:>16}" for name in losses)]
    for name, start, end in times:
        means = "".join(f"{mean(one, play.offers, start, end):16.3f}" for one in losses.values())
        lines.append(f"{name:28}{means}")
    lines += ["", *map(str, play.runs)]
    return "\n".join(lines) + "\n"


def main(folder: Path, after: Callable[[Client, Play], None] = lambda client, play: None) -> Play:
    """Plays; `after` is called while everything still runs, but the shop and the learner."""
    folder.mkdir(parents=True)
    # The catalog's command is `python`: that of this program.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    arguments = ["--shards", "1", "--no-shard-limits", "--data-dir", str(folder / "data")]
    with LocalRun(HERE / "catalog.yaml", *arguments) as local, local.client(stream="shop-events") as client:
        try:
            play = Stage(local, client, folder, seed=1).play(at_most=420)
            plot(play, folder / "loss.svg")
            (folder / "summary.txt").write_text(summary(play), "utf-8")
            after(client, play)
        finally:
            (folder / "console.txt").write_text(local.said, "utf-8")
    return play


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    print(Path(sys.argv[1], "summary.txt").read_text("utf-8"))
