"""The models of a Tidemark catalog, written by `tidemark generate python`. Generate it again instead of changing it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from decimal import Decimal

import tidemark as tm


class DiscountVector(tm.Vector[tm.N]):
    """The vector of model `discount`."""

    viewer_avg_price_30m: t.Optional[tm.N] = tm.value(0)
    """viewer.avg_price_30m: number"""
    avg_price_30m: t.Optional[tm.N] = tm.value(0)
    viewer_views_30m: t.Optional[int] = tm.value(1)
    """viewer.views_30m: integer"""
    views_30m: t.Optional[int] = tm.value(1)
    request_list_price: t.Optional[tm.N] = tm.value(2)
    """request.list_price: number"""
    list_price: t.Optional[tm.N] = tm.value(2)
    request_device: t.Optional[str] = tm.value(3)
    """request.device: text"""
    device: t.Optional[str] = tm.value(3)
    price_vs_usual: t.Optional[tm.N] = tm.value(4)
    """price_vs_usual: number"""


@dataclass(frozen=True)
class Discount(tm.Model[DiscountVector[float], DiscountVector[Decimal]]):
    """which discount to offer for the item on screen

    Owner: team-pricing. Tags: pricing.
    """

    user_id: tm.Key
    item_id: tm.Key
    list_price: tm.Number
    device: t.Optional[str] = None
    """Default: "desktop"."""

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="discount",
        hash="7c1e0a4bd2f98563",
        names=[
            "viewer.avg_price_30m",
            "viewer.views_30m",
            "request.list_price",
            "request.device",
            "price_vs_usual",
        ],
        types=[
            "number",
            "integer",
            "number",
            "text",
            "number",
        ],
        keys=[
            "user_id",
            "item_id",
        ],
        request=[
            tm.Input("list_price", "number"),
            tm.Input("device", "text", default="desktop"),
        ],
        facts=[
            "derived price_vs_usual request.list_price / viewer.avg_price_30m default 1",
            "key item.id item_id",
            "key user_id user_id",
            "request device text default desktop",
            "request list_price number",
            'value viewer.avg_price_30m 282c89e934da54d3 {"function":"avg","input":"price","window":"30m"}',
            'value viewer.views_30m 282c89e934da54d3 {"function":"count","window":"30m"}',
        ],
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = DiscountVector
