"""The models of a Tidemark catalog, written by `tidemark generate python`. Generate it again instead of changing it."""
# fmt: off
# ruff: noqa

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from decimal import Decimal

import tidemark as tm


class ImportVector(tm.Vector[tm.N]):
    """The vector of model `import`."""

    agent_n_1h: t.Optional[int] = tm.value(0)
    """agent.n_1h: integer"""

    agent_lambda_1h: t.Optional[t.Union[str, bool, tm.N]] = tm.value(1)
    """agent.lambda_1h: any"""
    lambda_1h: t.Optional[t.Union[str, bool, tm.N]] = tm.value(1)

    everything_n_1h: t.Optional[int] = tm.value(2)
    """everything.n_1h: integer"""

    request_class_: t.Optional[str] = tm.value(3)
    """request.class_: text"""
    class_: t.Optional[str] = tm.value(3)

    request_agent_: t.Optional[tm.N] = tm.value(4)
    """request.agent_: number"""
    agent_: t.Optional[tm.N] = tm.value(4)


@dataclass(frozen=True)
class Import(tm.Model[ImportVector[float], ImportVector[Decimal]]):
    """A row of model `import`."""

    user_agent: tm.Key
    id: tm.Key
    class_: tm.Key
    None_: tm.Key
    str_: tm.Key
    class__: str
    agent_: tm.Number

    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(
        model="import",
        hash="663bca97a47f7808",
        names=[
            "agent.n_1h",
            "agent.lambda_1h",
            "everything.n_1h",
            "request.class_",
            "request.agent_",
        ],
        types=[
            "integer",
            "any",
            "integer",
            "text",
            "number",
        ],
        keys=[
            "user_agent",
            "id",
            "class",
            "None",
            "str",
        ],
        request=[
            tm.Input("class_", "text"),
            tm.Input("agent_", "number"),
        ],
        facts=[
            "rules 1",
            "view agent version d00443869d0c87d9",
            "view everything version 74ac5f3442d64134",
            'key "user-agent" is user_agent of the request',
            'key "@id" is id of the request',
            "key class is class of the request",
            'key headers."x-id" is None of the request',
            "key items[0].sku is str of the request",
            'request class_ {"type":"text"}',
            'request agent_ {"type":"number"}',
            'value agent.n_1h {"function":"count","window":"1h"}',
            'value agent.lambda_1h {"function":"last","input":"\\"@level\\"","optional":false,"window":"1h"}',
            'value everything.n_1h {"function":"count","window":"1h"}',
            'vector ["agent.n_1h","agent.lambda_1h","everything.n_1h","request.class_","request.agent_"]',
        ],
        fields={
            "class": "class_",
            "None": "None_",
            "str": "str_",
            "class_": "class__",
        },
    )
    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = ImportVector
