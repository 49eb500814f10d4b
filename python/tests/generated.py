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
    """viewer.avg_price_30m: number. the average price of what a user looked at"""
    avg_price_30m: t.Optional[tm.N] = tm.value(0)

    viewer_views_30m: t.Optional[int] = tm.value(1)
    """viewer.views_30m: integer"""
    views_30m: t.Optional[int] = tm.value(1)

    item_seen_30m: t.Optional[int] = tm.value(2)
    """item.seen_30m: integer"""
    seen_30m: t.Optional[int] = tm.value(2)

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
    """which discount to offer for the item on screen (owner team-pricing; pricing)"""

    user_id: tm.Key
    item_id: tm.Key
    list_price: tm.Number
    device: t.Optional[str] = None
    """Default: "desktop"."""

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="discount",
        hash="0b5ee674acac94df",
        names=[
            "viewer.avg_price_30m",
            "viewer.views_30m",
            "item.seen_30m",
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
            "view viewer version fbf4d21200822b42",
            "view item version 431085a9cdaa8592",
            "key user_id is user_id of the request",
            "key item.id is item_id of the request",
            'request list_price {"type":"number"}',
            'request device {"type":"text","default":"desktop"}',
            'value viewer.avg_price_30m {"function":"avg","input":"price","optional":false,"window":"30m"}',
            'value viewer.views_30m {"function":"count","window":"30m"}',
            'value item.seen_30m {"function":"count","window":"30m"}',
            'derived price_vs_usual {"expression":"request.list_price / viewer.avg_price_30m","default":1}',
            'vector ["viewer.avg_price_30m","viewer.views_30m","item.seen_30m","request.list_price","request.device","price_vs_usual"]',
        ],
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = DiscountVector


class None_Vector(tm.Vector[tm.N]):
    """The vector of model `none`."""

    class_last_price_30m: t.Optional[tm.N] = tm.value(0)
    """class.last_price_30m: number"""
    last_price_30m: t.Optional[tm.N] = tm.value(0)

    class_last_item_30m: t.Optional[t.Union[str, bool, tm.N]] = tm.value(1)
    """class.last_item_30m: any"""
    last_item_30m: t.Optional[t.Union[str, bool, tm.N]] = tm.value(1)

    class_top_30m: t.Optional[t.List[t.Optional[t.Mapping[str, t.Any]]]] = tm.value(2)
    """class.top_30m: list<struct<value: any, count: integer>>"""
    top_30m: t.Optional[t.List[t.Optional[t.Mapping[str, t.Any]]]] = tm.value(2)

    class_values: t.Optional[bool] = tm.value(3)
    """class.values: boolean. says "yes" \\ or "\""no"\""; gr\xfc\xdfe"""

    viewer_views_30m: t.Optional[int] = tm.value(4)
    """viewer.views_30m: integer"""
    views_30m: t.Optional[int] = tm.value(4)

    request_is: t.Optional[bool] = tm.value(5)
    """request.is: boolean"""

    request_tm: t.Optional[str] = tm.value(6)
    """request.tm: text"""

    request_factor: t.Optional[tm.N] = tm.value(7)
    """request.factor: number"""
    factor: t.Optional[tm.N] = tm.value(7)

    request_threshold: t.Optional[tm.N] = tm.value(8)
    """request.threshold: number"""
    threshold: t.Optional[tm.N] = tm.value(8)

    lambda_: t.Optional[tm.N] = tm.value(9)
    """lambda: number"""

    class_values_: t.Optional[str] = tm.value(10)
    """class_values: text"""


@dataclass(frozen=True)
class None_(tm.Model[None_Vector[float], None_Vector[Decimal]]):
    """the "none\""""

    key__class__: tm.Key
    t_: tm.Key
    threshold: tm.Number
    is_: t.Optional[bool] = None
    """Default: True."""
    tm_: t.Optional[str] = None
    """Default: "a 'b' \\"c\\"\"."""
    factor: t.Optional[tm.Number] = None
    """Default: 1.5."""

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="none",
        hash="60aa750f3802c3f5",
        names=[
            "class.last_price_30m",
            "class.last_item_30m",
            "class.top_30m",
            "class.values",
            "viewer.views_30m",
            "request.is",
            "request.tm",
            "request.factor",
            "request.threshold",
            "lambda",
            "class_values",
        ],
        types=[
            "number",
            "any",
            "list<struct<value: any, count: integer>>",
            "boolean",
            "integer",
            "boolean",
            "text",
            "number",
            "number",
            "number",
            "text",
        ],
        keys=[
            "__class__",
            "t",
        ],
        request=[
            tm.Input("is", "boolean", default=True),
            tm.Input("tm", "text", default="a 'b' \"c\""),
            tm.Input("factor", "number", default=1.5),
            tm.Input("threshold", "number"),
        ],
        facts=[
            "rules 1",
            "view class version 059167295b039859",
            "view viewer version fbf4d21200822b42",
            "key class is __class__ of the request",
            "key user_id is t of the request",
            'request is {"type":"boolean","default":true}',
            'request tm {"type":"text","default":"a \'b\' \\"c\\""}',
            'request factor {"type":"number","default":1.5}',
            'request threshold {"type":"number"}',
            'value class.last_price_30m {"function":"last","input":"price","optional":false,"type":"number","window":"30m"}',
            'value class.last_item_30m {"function":"last","input":"item.id","optional":false,"window":"30m"}',
            'value class.top_30m {"function":"top_k","k":2,"max_values":256,"input":"item.id","optional":false,"window":"30m"}',
            'value class.values {"expression":"last_price_30m > 1.0"}',
            'value viewer.views_30m {"function":"count","window":"30m"}',
            'derived lambda {"expression":"request.factor * class.last_price_30m"}',
            'derived class_values {"expression":"request.is ? request.tm : \'\xe9\'"}',
            'vector ["class.last_price_30m","class.last_item_30m","class.top_30m","class.values","viewer.views_30m","request.is","request.tm","request.factor","request.threshold","lambda","class_values"]',
        ],
        fields={
            "__class__": "key__class__",
            "t": "t_",
            "is": "is_",
            "tm": "tm_",
        },
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = None_Vector


class NoneVectorVector(tm.Vector[tm.N]):
    """The vector of model `none_vector`."""

    class_prices_30m: t.Optional[t.List[t.Optional[tm.N]]] = tm.value(0)
    """class.prices_30m: list<number>"""
    prices_30m: t.Optional[t.List[t.Optional[tm.N]]] = tm.value(0)

    class_percentiles_30m: t.Optional[t.Mapping[str, t.Any]] = tm.value(1)
    """class.percentiles_30m: struct<p10: number, p99.5: number>"""
    percentiles_30m: t.Optional[t.Mapping[str, t.Any]] = tm.value(1)

    class_by_item_30m: t.Optional[t.Mapping[str, t.Optional[tm.N]]] = tm.value(2)
    """class.by_item_30m: map<number>"""
    by_item_30m: t.Optional[t.Mapping[str, t.Optional[tm.N]]] = tm.value(2)

    class_counts_30m: t.Optional[t.Mapping[str, t.Any]] = tm.value(3)
    """class.counts_30m: struct<$other: integer, "a \\"b\\" \\\\ \\n \xe9 \U0001f600": integer, tv: integer>"""
    counts_30m: t.Optional[t.Mapping[str, t.Any]] = tm.value(3)

    class_values: t.Optional[bool] = tm.value(4)
    """class.values: boolean. says "yes" \\ or "\""no"\""; gr\xfc\xdfe"""


@dataclass(frozen=True)
class NoneVector(tm.Model[NoneVectorVector[float], NoneVectorVector[Decimal]]):
    """A row of model `none_vector`."""

    class_: tm.Key
    user_id: tm.Key

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="none_vector",
        hash="715ab7e7d0dfd849",
        names=[
            "class.prices_30m",
            "class.percentiles_30m",
            "class.by_item_30m",
            "class.counts_30m",
            "class.values",
        ],
        types=[
            "list<number>",
            "struct<p10: number, p99.5: number>",
            "map<number>",
            'struct<$other: integer, "a \\"b\\" \\\\ \\n \xe9 \U0001f600": integer, tv: integer>',
            "boolean",
        ],
        keys=[
            "class",
            "user_id",
        ],
        request=[],
        facts=[
            "rules 1",
            "view class version 059167295b039859",
            "key class is class of the request",
            "key user_id is user_id of the request",
            'value class.prices_30m {"function":"last_n","n":3,"input":"price","optional":false,"type":"number","window":"30m"}',
            'value class.percentiles_30m {"function":"percentile","percentiles":[10,99.5],"relative_error":0.01,"max_buckets":512,"input":"price","optional":false,"window":"30m"}',
            'value class.by_item_30m {"function":"avg","input":"price","optional":false,"group_by":{"field":"item.id","max_groups":16},"window":"30m"}',
            'value class.counts_30m {"function":"count","group_by":{"field":"device","groups":["a \\"b\\" \\\\ \\n \xe9 \U0001f600","tv"]},"window":"30m"}',
            'value class.values {"expression":"last_price_30m > 1.0"}',
            'value class.last_price_30m {"function":"last","input":"price","optional":false,"type":"number","window":"30m"}',
            'vector ["class.prices_30m","class.percentiles_30m","class.by_item_30m","class.counts_30m","class.values"]',
        ],
        fields={
            "class": "class_",
        },
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = NoneVectorVector
