"""The models of a Tidemark catalog, written by `tidemark generate python`. Generate it again instead of changing it."""
# fmt: off
# ruff: noqa

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from decimal import Decimal

import tidemark as tm


class DiscountVector(tm.Vector[tm.N]):
    """The vector of model `discount`."""

    viewer_avg_price_30m: t.Optional[tm.N] = tm.value(0)
    """viewer.avg_price_30m: number. what this user usually looks at"""
    avg_price_30m: t.Optional[tm.N] = tm.value(0)

    viewer_views_30m: t.Optional[int] = tm.value(1)
    """viewer.views_30m: integer"""

    item_views_30m: t.Optional[int] = tm.value(2)
    """item.views_30m: integer"""

    request_list_price: t.Optional[tm.N] = tm.value(3)
    """request.list_price: number"""
    list_price: t.Optional[tm.N] = tm.value(3)

    request_device: t.Optional[str] = tm.value(4)
    """request.device: text"""
    device: t.Optional[str] = tm.value(4)

    price_vs_usual: t.Optional[tm.N] = tm.value(5)
    """price_vs_usual: number"""


@dataclass(frozen=True)
class Discount(tm.Model[DiscountVector[float], DiscountVector[Decimal]]):
    """whether a user buys an item at a price (owner team-pricing)"""

    user_id: tm.Key
    item_id: tm.Key
    list_price: tm.Number
    device: t.Optional[str] = None
    """Default: "desktop"."""

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="discount",
        hash="231b51dfb7588931",
        names=[
            "viewer.avg_price_30m",
            "viewer.views_30m",
            "item.views_30m",
            "request.list_price",
            "request.device",
            "price_vs_usual",
        ],
        types=[
            "number",
            "integer",
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
            "rules 1",
            "view viewer version c92798ace22597bd",
            "view item version 7c6c37adc8d6b843",
            "key user_id is user_id of the request",
            "key item.id is item_id of the request",
            'request list_price {"type":"number"}',
            'request device {"type":"text","default":"desktop"}',
            'value viewer.avg_price_30m {"function":"avg","input":"price","optional":false,"window":"30m"}',
            'value viewer.views_30m {"function":"count","window":"30m"}',
            'value item.views_30m {"function":"count","window":"30m"}',
            'derived price_vs_usual {"expression":"request.list_price / viewer.avg_price_30m","default":1}',
            'vector ["viewer.avg_price_30m","viewer.views_30m","item.views_30m","request.list_price","request.device","price_vs_usual"]',
        ],
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = DiscountVector
