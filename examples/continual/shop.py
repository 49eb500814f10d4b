"""A simulated shop: users look at items, ask for a discount on one, and accept it or not.

Why they accept is hidden from the model, and flips at a moment. All that happens follows from the seed and from the
moments that its methods are called with, in seconds since the start; nothing here reads a clock or talks to anybody.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from dataclasses import dataclass, field
from typing import Any, Dict, List, Tuple

ITEMS = 25
USERS = 40
VIEWS_PER_SECOND = 30.0
VIEWS_BEFORE_SECONDS = 60
"""How long users have looked at items when the first asks: a whole window, so that counts do not grow later."""
ASKS_PER_SECOND = 30.0


@dataclass(frozen=True)
class Ask:
    """A user asks for a discount on an item."""

    user_id: str
    item_id: str
    list_price: float
    device: str
    usual_price: float
    """What the user usually looks at. Only the shop knows it; the model has to estimate it from views."""


@dataclass(frozen=True)
class Outcome:
    """What the log is told about an offer. `prediction` is the offer's id."""

    prediction: str
    label: int


@dataclass(frozen=True)
class Offer:
    """What really came of an offer."""

    second: float
    ask: Ask
    probability: float
    accepted: int
    told: int
    """The label that the log has in the end; another one than `accepted` if labels were poisoned."""


@dataclass
class Concept:
    """Why users accept: on phones cheap things are wanted, until it flips and dear ones on desktops are."""

    flipped: bool = False

    def probability(self, ask: Ask) -> float:
        wanted = 3.0 * (1.0 - ask.list_price / ask.usual_price) + (1.2 if ask.device == "phone" else -1.2)
        return 1.0 / (1.0 + math.exp(wanted if self.flipped else -wanted))


@dataclass
class Shop:
    """The shop; `offers` has by id what really came of each offer."""

    seed: int
    late: float = 0.04
    revised: float = 0.05
    never: float = 0.06
    concept: Concept = field(default_factory=Concept)
    offers: Dict[str, Offer] = field(default_factory=dict)
    poisoned_until: float = 0.0
    """Until then every outcome says the opposite of what happened."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._usual = [math.exp(self._random.gauss(3.0, 0.6)) for _ in range(USERS)]
        self._phone = [self._random.random() < 0.5 for _ in range(USERS)]
        self._views_until, self._asks_until = -float(VIEWS_BEFORE_SECONDS), 0.0
        self._waiting: List[Tuple[float, int, Outcome]] = []
        self._count = itertools.count()

    def views(self, second: float) -> List[Dict[str, Any]]:
        """What users looked at since the last call, as events without their time."""
        seen = []
        while self._views_until < second:
            self._views_until += self._random.expovariate(VIEWS_PER_SECOND)
            user = self._random.randrange(USERS)
            price = self._usual[user] * math.exp(self._random.gauss(0.0, 0.15))
            item = {"id": f"item-{self._random.randrange(ITEMS)}"}
            seen.append({"type": "view", "user_id": f"user-{user}", "item": item, "price": round(price, 2)})
        return seen

    def asks(self, second: float) -> List[Ask]:
        """Who asked for a discount since the last call."""
        asked = []
        while self._asks_until < second:
            self._asks_until += self._random.expovariate(ASKS_PER_SECOND)
            user = self._random.randrange(USERS)
            price = self._usual[user] * math.exp(self._random.gauss(0.0, 0.5))
            item = f"item-{self._random.randrange(ITEMS)}"
            device = "phone" if self._phone[user] else "desktop"
            asked.append(Ask(f"user-{user}", item, round(price, 2), device, self._usual[user]))
        return asked

    def offered(self, second: float, ask: Ask, prediction: str) -> None:
        """The user got an offer, and makes up its mind now. The log is told later: sometimes late, twice, or never."""
        probability = self.concept.probability(ask)
        accepted = int(self._random.random() < probability)
        poisoned = second < self.poisoned_until
        told = 1 - accepted if poisoned else accepted
        self.offers[prediction] = Offer(second, ask, probability, accepted, told)
        fate = self._random.random()
        decided = second + self._random.uniform(0.3, 2.0)
        if fate < self.late:
            self._tell(decided + 10.0, prediction, told)
        elif fate < self.late + self.revised:
            self._tell(decided, prediction, 1 - told)
            self._tell(decided + 1.0, prediction, told)
        elif fate >= self.late + self.revised + self.never:
            self._tell(decided, prediction, told)

    def outcomes(self, second: float) -> List[Outcome]:
        """What the log is to be told by now."""
        told = []
        while self._waiting and self._waiting[0][0] <= second:
            told.append(heapq.heappop(self._waiting)[2])
        return told

    def _tell(self, second: float, prediction: str, label: int) -> None:
        heapq.heappush(self._waiting, (second, next(self._count), Outcome(prediction, label)))
