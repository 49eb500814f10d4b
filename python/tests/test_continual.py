"""What lies in `examples/continual`, piece by piece, and the whole loop from a first champion to a recovery."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import pandas
import pytest

from shop import Ask, Concept, Shop
from vectors import inputs

joblib = pytest.importorskip("joblib")
pytest.importorskip("river")
metrics = pytest.importorskip("sklearn.metrics")
pytest.importorskip("matplotlib")

import learner  # noqa: E402
import run  # noqa: E402
import scorer  # noqa: E402
import train  # noqa: E402
from tidemark import Answer, Candidate, Champion, Client, NotFound, Prediction  # noqa: E402
from tidemark.training import command  # noqa: E402
from tidemark.training import run as tidemark  # noqa: E402

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/continual-learning.md").read_text("utf-8")
START = pandas.Timestamp("2026-03-01T10:00:00Z")


def _features(ask: Ask) -> Dict[str, Any]:
    return {
        "viewer.avg_price_1m": ask.usual_price,
        "viewer.views_1m": 45,
        "item.views_1m": 70,
        "request.list_price": ask.list_price,
        "request.device": ask.device,
        "price_vs_usual": ask.list_price / ask.usual_price,
    }


def _asked(seed: int, seconds: float, concept: Concept) -> List[Tuple[str, Ask, int]]:
    shop = Shop(seed, concept=concept)
    for count, ask in enumerate(shop.asks(seconds)):
        shop.offered(count / 30, ask, f"p{count}")
    return [(id, offer.ask, offer.accepted) for id, offer in shop.offers.items()]


def _set(asked: Sequence[Tuple[str, Ask, int]], train_rows: int) -> pandas.DataFrame:
    """A training set as `tidemark rows export` writes it."""
    rows = [
        {
            "user_id": ask.user_id,
            "item_id": ask.item_id,
            "timestamp": START + pandas.Timedelta(seconds=place / 30),
            "list_price": ask.list_price,
            "device": ask.device,
            "id": id,
            "label": float(label),
            "weight": 1.0,
            "split": "train" if place < train_rows else "holdout",
            **_features(ask),
        }
        for place, (id, ask, label) in enumerate(asked)
    ]
    return pandas.DataFrame(rows)


def _train(rows: pandas.DataFrame, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tuple[Dict[str, Any], Any]:
    (folder / "set").mkdir(parents=True)
    (folder / "out").mkdir()
    rows.to_parquet(folder / "set/training-set.parquet", index=False)
    monkeypatch.setenv("TIDEMARK_SET", str(folder / "set"))
    monkeypatch.setenv("TIDEMARK_OUT", str(folder / "out"))
    monkeypatch.setenv("TIDEMARK_CUT", "17")
    train.main()
    scores = pandas.read_parquet(folder / "out/scores.parquet").set_index("id")["score"]
    return json.loads((folder / "out/candidate.json").read_text()), scores


def _loss(pairs: Sequence[Tuple[float, int]]) -> float:
    return -sum(math.log(score if label else 1 - score) for score, label in pairs) / len(pairs)


def test_the_shop_is_the_same_for_the_same_seed() -> None:
    shops = [Shop(7), Shop(7), Shop(8)]
    said = [(shop.views(10), shop.asks(10)) for shop in shops]
    assert said[0] == said[1] != said[2]


def test_what_the_log_is_told_comes_late_twice_or_never() -> None:
    shop = Shop(3)
    asks = shop.asks(200)
    for count, ask in enumerate(asks):
        shop.offered(100.0, ask, f"p{count}")
    soon, late = shop.outcomes(104), shop.outcomes(1000)
    told = [outcome.prediction for outcome in soon]
    revised = {one for one in told if told.count(one) == 2}
    missing = len(asks) - len(set(told)) - len(late)
    assert 0.03 < len(revised) / len(asks) < 0.07
    assert 0.02 < len(late) / len(asks) < 0.06
    assert 0.04 < missing / len(asks) < 0.08
    last = {outcome.prediction: outcome.label for outcome in soon}
    assert all(shop.offers[id].accepted == label for id, label in last.items())
    first = {outcome.prediction: outcome.label for outcome in reversed(soon)}
    assert all(first[id] == 1 - last[id] for id in revised)


def test_poisoned_labels_say_the_opposite() -> None:
    shop = Shop(3, late=0, revised=0, never=0)
    shop.poisoned_until = 5.0
    for count, ask in enumerate(shop.asks(10)):
        shop.offered(count / 30, ask, f"p{count}")
    for outcome in shop.outcomes(1000):
        offer = shop.offers[outcome.prediction]
        assert outcome.label == offer.told
        assert (offer.told == offer.accepted) == (offer.second >= 5.0)


def test_the_concept_flips() -> None:
    asked = [ask for _, ask, _ in _asked(1, 20, Concept())]
    assert all(Concept().probability(ask) == pytest.approx(1 - Concept(flipped=True).probability(ask)) for ask in asked)
    assert sum(abs(Concept().probability(ask) - 0.5) > 0.2 for ask in asked) > len(asked) / 2


def test_training_finds_the_concept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for flipped in (False, True):
        asked = _asked(5, 40, Concept(flipped))
        candidate, scores = _train(_set(asked, 800), tmp_path / str(flipped), monkeypatch)
        holdout = asked[800:]
        assert set(scores.index) == {id for id, _, _ in holdout}
        best = _loss([(Concept(flipped).probability(ask), label) for _, ask, label in holdout])
        assert _loss([(scores[id], label) for id, _, label in holdout]) < best + 0.05 < 0.6
        assert candidate["version"] == "cut-17"
        model = scorer.load(candidate["artifact"], candidate["sha256"])
        again = model.predict_proba([inputs(_features(ask)) for _, ask, _ in holdout])[:, 1]
        assert again.tolist() == pytest.approx([scores[id] for id, _, _ in holdout])
        with pytest.raises(ValueError, match="not the artifact"):
            scorer.load(candidate["artifact"], "0" * 64)


def test_training_learns_by_weight_and_from_train_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _set(_asked(5, 20, Concept()), 400)
    sampled = (rows["split"] == "train") & (rows["label"] == 0)
    twice = pandas.concat([rows, rows[sampled]])
    _, repeated = _train(twice, tmp_path / "twice", monkeypatch)
    _, weighted = _train(rows.assign(weight=1.0 + sampled), tmp_path / "weighted", monkeypatch)
    _, plain = _train(rows, tmp_path / "plain", monkeypatch)
    assert abs(weighted - repeated).max() < 0.02 < abs(weighted - plain).max()
    holdout = rows["split"] == "holdout"
    _, other = _train(rows.assign(label=rows["label"].where(~holdout, 0.0)), tmp_path / "other", monkeypatch)
    assert other.equals(plain)


def test_training_takes_a_set_without_a_holdout_and_missing_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _set(_asked(5, 20, Concept()), 10_000)
    rows.loc[::3, "viewer.avg_price_1m"] = math.nan
    rows.loc[::5, "request.device"] = None
    _, scores = _train(rows, tmp_path, monkeypatch)
    assert scores.empty


def _lines(seed: int, count: int) -> List[str]:
    """Lines as `tidemark rows follow` writes them, in cuts of about 50 rows, some of them revisions and removals."""
    chance = random.Random(seed)
    lines = []
    cut, row = 3, 0
    for place, (id, ask, label) in enumerate(_asked(seed, count / 20, Concept())[:count]):
        if chance.random() < 0.02:
            cut, row = cut + chance.randint(1, 3), 0
        change = chance.choice(["new"] * 8 + ["revised", "removed"])
        at = START + pandas.Timedelta(milliseconds=33 * place)
        line = {
            "cut": cut,
            "row": row,
            "change": change,
            "id": id,
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "label": label,
            "weight": 1,
            "version": "cut-1",
            "score": 0.5,
            "keys": {"user_id": ask.user_id, "item_id": ask.item_id},
            "request": {"list_price": ask.list_price, "device": ask.device},
            "features": {**_features(ask), "viewer.avg_price_1m": None},
        }
        lines.append(json.dumps(line))
        row += 1
    return lines


class _KilledError(Exception):
    pass


class _Stream:
    """Takes events; dies at one call, before or after it has taken them."""

    def __init__(self) -> None:
        self.events: List[Mapping[str, Any]] = []
        self.calls = 0
        self.dies_at = -1
        self.takes_them = False

    def __call__(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.calls += 1
        if self.calls == self.dies_at and not self.takes_them:
            raise _KilledError
        self.events += events
        if self.calls == self.dies_at:
            raise _KilledError


def _after(lines: Sequence[str], at: str | None) -> Iterator[str]:
    """What `rows follow --at` gives."""
    cut, row = map(int, at.split(":")) if at else (-1, -1)
    return (line for line in lines if (json.loads(line)["cut"], json.loads(line)["row"]) > (cut, row))


def _state(file: Path) -> Tuple[Any, ...]:
    one = learner.Learner(file, "hash")
    probe = {"price_vs_usual": 0.5, "request.device": "phone"}
    return one.at, one.loss.get(), one.model.predict_proba_one(probe)


@pytest.mark.parametrize("seed", range(6))
def test_the_learner_goes_on_exactly_once(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner, "MOST_AT_ONCE", 7)
    lines = _lines(seed, 300)
    calm = _Stream()
    learner.learn(learner.Learner(tmp_path / "calm", "hash"), lines, calm)
    chance = random.Random(seed)
    shaken = _Stream()
    kills = 0
    while True:
        shaken.dies_at, shaken.takes_them = shaken.calls + chance.randint(1, 20), chance.random() < 0.5
        resumed = learner.Learner(tmp_path / "shaken", "hash")
        try:
            learner.learn(resumed, _after(lines, resumed.at), shaken)
            break
        except _KilledError:
            kills += 1
    assert kills > 1
    assert _state(tmp_path / "shaken") == _state(tmp_path / "calm")
    once = {event["event_id"]: event for event in shaken.events}
    assert list(once.values()) == calm.events
    assert all(once[event["event_id"]] == event for event in shaken.events)
    assert len(shaken.events) > len(calm.events)


def test_a_kill_while_the_state_is_written_leaves_the_former(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _lines(1, 20)
    learner.learn(learner.Learner(tmp_path / "state", "hash"), lines[:10], _Stream())
    before = _state(tmp_path / "state")

    def torn(kept: Any, out: Any) -> None:
        out.write(b"half of it")
        raise _KilledError

    monkeypatch.setattr("pickle.dump", torn)
    with pytest.raises(_KilledError):
        learner.learn(learner.Learner(tmp_path / "state", "hash"), lines[10:], _Stream())
    monkeypatch.undo()
    assert _state(tmp_path / "state") == before


def test_the_learner_learns_and_says_what_it_expected_before(tmp_path: Path) -> None:
    lines = _lines(2, 1500)
    stream = _Stream()
    learned = learner.Learner(tmp_path / "state", "hash")
    learner.learn(learned, lines, stream)
    new = [json.loads(line) for line in lines if json.loads(line)["change"] == "new"]
    predictions = [event for event in stream.events if event["type"] == "prediction"]
    outcomes = [event for event in stream.events if event["type"] == "outcome"]
    assert [event["id"] for event in predictions] == [event["prediction"] for event in outcomes]
    assert [(e["prediction"], e["predicted_at"], e["label"]) for e in outcomes] == [
        (row["id"], row["at"], row["label"]) for row in new
    ]
    assert predictions[0]["score"] == 0.5
    pairs = [(event["score"], event["label"]) for event in outcomes]
    assert learned.loss.get() == pytest.approx(_loss(pairs))
    assert _loss(pairs[-500:]) < 0.5


def test_the_learner_refuses_a_row_that_it_has_learned_from(tmp_path: Path) -> None:
    lines = _lines(2, 5)
    with pytest.raises(ValueError, match="row 3:4 comes after 3:4"):
        learner.learn(learner.Learner(tmp_path / "state", "hash"), [*lines, lines[-1]], _Stream())


def test_the_scorer_follows_the_training_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = _train(_set(_asked(5, 20, Concept()), 400), tmp_path / "first", monkeypatch)
    second, _ = _train(_set(_asked(5, 20, Concept(flipped=True)), 400), tmp_path / "second", monkeypatch)
    ask = Ask("user-1", "item-1", 5.0, "phone", 20.0)
    client = _Client()
    now = 0.0
    one = scorer.Scorer(client, clock=lambda: now)  # type: ignore[arg-type]

    def said() -> Tuple[Any, ...]:
        nonlocal now
        now += 1.0
        assert len(one.offer([ask, ask])) == 2
        return client.said[-1]

    assert said() == ("constant", 0.5, None, None)
    client.answer = Champion("discount", _candidate(first, "h1"), None)
    version, score, challengers, pinned = said()
    assert (version, challengers, pinned) == ("cut-17", None, "h1")
    assert score > 0.8
    client.answer = Champion("discount", _candidate(first, "h1"), _candidate(second, "h2"))
    version, score, challengers, _ = said()
    assert score > 0.8
    assert 0 < challengers["candidate"] < 0.2
    client.answer = Champion("discount", _candidate(second, "h2"), None)
    _, score, challengers, pinned = said()
    assert score < 0.2
    assert (challengers, pinned) == (None, "h2")
    client.answer = Champion("discount", None, _candidate(second, "h2"))
    version, score, challengers, _ = said()
    assert (version, score) == ("constant", 0.5)
    assert 0 < challengers["candidate"] < 0.2


def _candidate(made: Mapping[str, Any], hash: str) -> Candidate:
    return Candidate(made["version"], hash, made["artifact"], made["sha256"], "2026-03-01T10:00:00Z", 5)


class _Client:
    """As much of a client as the scorer uses."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.said: List[Tuple[Any, ...]] = []
        self._pinned: Any = None

    def champion(self, model: str) -> Any:
        if self.answer is None:
            raise NotFound(404, {"title": "none", "detail": f"of {model}"})
        return self.answer

    def features_many(self, model: str, rows: Sequence[Any], hash: Any) -> List[Any]:
        self._pinned = hash
        return [_Vector(row) for row in rows]

    def predicted(self, vector: Any, score: float, version: str, challengers: Any) -> object:
        self.said.append((version, score, challengers, self._pinned))
        return object()


class _Vector:
    def __init__(self, row: Mapping[str, Any]) -> None:
        request = row["request"]
        self._ask = Ask(row["keys"]["user_id"], row["keys"]["item_id"], request["list_price"], request["device"], 20.0)

    def as_dict(self) -> Dict[str, Any]:
        return _features(self._ask)


def test_what_was_played_is_plotted_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = _train(_set(_asked(5, 20, Concept()), 400), tmp_path / "first", monkeypatch)
    shop = Shop(5)
    served = {}
    for count, ask in enumerate(shop.asks(120)):
        second = count / 30
        shop.concept.flipped = second >= 60
        shop.offered(second, ask, f"p{count}")
        score = 0.5 if second < 30 else Concept(flipped=second >= 90).probability(ask)
        prediction = Prediction(f"p{count}", datetime.now(timezone.utc), "discount", "h", "v", score, {}, True)
        served[f"p{count}"] = scorer.Scored(prediction, inputs(_features(ask)))
    artifact = (first["artifact"], first["sha256"])
    runs = [
        run.Run("r1", 1, "schedule", 20.0, "cut-1", True, 30.0, 40.0, "", artifact),
        run.Run("r2", 4, "concept", 70.0, "cut-4", False, None, 80.0, "paired_loss", artifact),
        run.Run("r3", 9, "concept", 80.0, "cut-9", True, 90.0, 100.0, "", artifact),
    ]
    play = run.Play(shop.offers, served, runs, 60.0, (100.0, 115.0), 120.0)
    losses = play.losses()
    for start, end, same in [(30, 60, run.WITH), (90, 120, run.BEST), (0, 30, run.WITHOUT)]:
        loss = run.mean(losses[run.WITH if same == run.BEST else same], play.offers, start, end)
        best = run.mean(losses[run.BEST], play.offers, start, end)
        assert loss == pytest.approx(math.log(2) if start == 0 else best)
    without = [run.mean(losses[run.WITHOUT], play.offers, start, start + 30) for start in (30, 60, 90)]
    assert without[0] < 0.55
    assert min(without[1:]) > 1.2
    run.plot(play, tmp_path / "loss.svg")
    drawn = (tmp_path / "loss.svg").read_text("utf-8")
    assert drawn.count("promoted<") == 2
    assert drawn.count(">refused<") == 1
    told = run.summary(play)
    assert f"{without[0]:.3f}" in told
    assert "cut 4, concept: refused after 10 s, paired_loss" in told


def test_runs_are_read_from_the_training_log() -> None:
    candidate = {"version": "cut-1", "hash": "h", "artifact": "a", "sha256": "00"}
    findings = [
        {"name": "rows", "passed": True, "text": "190"},
        {"name": "paired_loss", "passed": False, "text": "-0.1"},
    ]
    entries = [
        ("r1", "Started", "started on cut 1, cause schedule, 900 new rows", {}),
        ("r1", "Judged", "", {"candidate": candidate, "passed": True, "findings": findings[:1]}),
        ("r1", "Promoted", "", {}),
        ("r2", "Started", "started on cut 7, cause concept, 900 new rows", {}),
        ("r2", "Judged", "", {"candidate": candidate, "passed": False, "findings": findings}),
        (None, "RolledBack", "rolled back from run r1 to what was served before: too late for r2", {}),
        ("r3", "Started", "started on cut 8, cause concept, 900 new rows", {}),
        (None, "RolledBack", "rolled back from run r1 to what was served before: I say so", {}),
        ("r4", "Started", "started on cut 9, cause operator, 900 new rows", {}),
        ("r4", "Ended", "failed: no such file", {}),
        ("r5", "Started", "started on cut 12, cause concept, 900 new rows", {}),
    ]
    status = {
        "entries": [
            {"log": place + 1, "time": f"2026-03-01T10:00:{place:02}Z", "run": run, "entry": kind, "text": text, **more}
            for place, (run, kind, text, more) in enumerate(entries)
        ]
    }
    one, two, three, four, five = run.runs(status, datetime(2026, 3, 1, 10, tzinfo=timezone.utc).timestamp())
    assert (one.cut, one.cause, one.began, one.promoted, one.artifact) == (1, "schedule", 0, 2, ("a", "00"))
    assert (two.passed, two.promoted, two.over, two.why_not) == (False, None, 4, "paired_loss: -0.1")
    assert (three.passed, three.over) == (None, 7)
    assert three.why_not.endswith("I say so")
    assert (four.over, four.why_not) == (9, "failed: no such file")
    assert (five.cut, five.over) == (12, None)


def test_the_catalog_of_the_page_is_valid(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(tidemark: 1\n.*?)```", PAGE, re.S)
    assert found is not None
    (tmp_path / "catalog.yaml").write_text(found.group(1), "utf-8")
    subprocess.run([command(), "validate", str(tmp_path / "catalog.yaml")], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.skipif(
    shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="there is no Java: the loop was not played"
)
def test_the_whole_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first champion, a flip, a recovery with rows from after it, and poisoned labels that make no champion."""
    after: Dict[str, Any] = {}

    def ask(client: Client, play: run.Play) -> None:
        end = {"event_id": "end", "ts": datetime.now(timezone.utc), "type": "end"}
        client.put("learner-events", "event_id", [end], folded_within=60)
        after["online"] = client.get("online$quality", "river", features=["$auc_5m", "$rows_5m"])
        for one in play.runs:
            if one.began > play.poisoned[0]:
                after[one.name] = _labels(client, one.cut, tmp_path / one.name)
        monkeypatch.chdir(tmp_path)
        _what_the_page_shows(client, play.runs[-1].cut)

    try:
        play = run.main(tmp_path / "out", ask)
    except run.TooBusy as busy:
        pytest.skip(str(busy))
    if play.late > run.BUSY:
        pytest.skip(f"{play.late:.0%} of the play's steps took twice their time: the machine is too busy for real time")
    _recovers(play)
    _poison_makes_no_champion(play, after)
    _learner_is_judged_as_it_judged_itself(play, after["online"], tmp_path / "out/learner.state")
    for name in ("loss.svg", "summary.txt"):
        assert (tmp_path / "out" / name).stat().st_size > 0


def _labels(client: Client, cut: int, folder: Path) -> Dict[str, float]:
    """By id the labels that a run's candidate has learned from."""
    tidemark(["rows", "export", "--model", "discount", "--cut", str(cut), "--out", str(folder)], client._environment)
    rows = pandas.read_parquet(folder / "training-set.parquet")
    rows = rows[rows["split"] == "train"]
    return dict(zip(rows["id"], rows["label"]))


def _what_the_page_shows(client: Client, cut: int) -> None:
    """Its commands, with a cut that has rows and but for the one that does not end, and its Python."""
    shown = re.findall(r"^tidemark (.*)$", PAGE, re.M)
    assert len(shown) == 5
    for line in shown:
        if "follow" not in line:
            tidemark(re.sub(r"--cut \d+", f"--cut {cut}", line).split(), client._environment)
    (python,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names: Dict[str, Any] = {"tm": client}
    exec(python, names)
    assert names["champion"].used.version.startswith("cut-")


def _recovers(play: run.Play) -> None:
    losses, offers = play.losses(), play.offers
    first = next(one.promoted for one in play.runs if one.promoted is not None)
    before = run.mean(losses[run.WITH], offers, first + 2, play.flipped)
    assert before < 0.7, "a few seconds of offers"
    assert run.mean(losses[run.WITH], offers, play.flipped, play.flipped + 10) > before + 0.4
    again = max(one.promoted for one in play.runs if one.promoted is not None and one.began < play.poisoned[0])
    assert again > play.flipped
    recovered = run.mean(losses[run.WITH], offers, again + 2, play.seconds)
    assert recovered < before + 0.2
    assert run.mean(losses[run.WITHOUT], offers, again + 2, play.seconds) > recovered + 0.5


def _poison_makes_no_champion(play: run.Play, sets: Mapping[str, Dict[str, float]]) -> None:
    poisoned = []
    for one in play.runs:
        labels = sets.get(one.name, {})
        wrong = sum(label != play.offers[id].accepted for id, label in labels.items())
        poisoned += [one] if wrong > 0.3 * len(labels) else []
    assert poisoned
    assert [one.passed for one in poisoned] == [False] * len(poisoned)
    assert "paired_loss" in poisoned[0].why_not


def _learner_is_judged_as_it_judged_itself(play: run.Play, answer: Answer, state: Path) -> None:
    """What the monitor knows of its logged predictions is what it was right about, one row after the other."""
    start, end = (pandas.Timestamp(answer.coverage["5m"][name]) for name in ("start", "end"))
    seen = [(score, label) for score, label, at in play.learned.values() if start <= pandas.Timestamp(at) < end]
    assert answer["$rows_5m"] == len(seen) > 1000
    exact = metrics.roc_auc_score([label for _, label in seen], [score for score, _ in seen])
    assert answer["$auc_5m"] == pytest.approx(exact, abs=answer.approximate["$auc_5m"]["relativeError"])
    learned = learner.Learner(state, "hash")
    said = list(play.learned.values())
    exactly_once = metrics.log_loss([label for _, label, _ in said], [score for score, _, _ in said])
    assert learned.loss.get() == pytest.approx(exactly_once)
    assert learned.loss.get() == pytest.approx(_loss([(score, label) for score, label, _ in play.learned.values()]))
