"""mypy checks here what the clients promise about types; pytest only runs it."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from generated import Discount, DiscountVector
from tidemark import Client


def test_types(client: Client) -> None:
    row = Discount(user_id="u1", item_id="i7", list_price=59.90)
    vector: DiscountVector[float] = client.features(row)
    price: Optional[float] = vector.avg_price_30m
    exact: DiscountVector[Decimal] = client.features(row, exact=True)
    exact_price: Optional[Decimal] = exact.avg_price_30m
    assert price == exact_price
    many: list[DiscountVector[float]] = client.features_many(Discount, [row])
    views: Optional[int] = many[0].views_30m
    assert views == 3
    wrong: Optional[str] = vector.avg_price_30m  # type: ignore[assignment]
    assert wrong is not None
