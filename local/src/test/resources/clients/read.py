"""Reads with the client that openapi-python-client has generated, and fails unless the answers are typed."""

import sys

sys.path.insert(0, sys.argv[1])
from tidemark_client import Client
from tidemark_client.api.default import read_batch, read_catalog, read_entity, read_health
from tidemark_client.models import (
    Answer,
    BatchAnswer,
    BatchRequest,
    BatchRequestQueriesItem,
    ByName,
    Catalog,
    Health,
    Problem,
    TopValue,
)


def check(features):
    values = features.additional_properties
    assert values["views_24h"] == 3, values
    assert values["avg_price_24h"] == 2.5, values
    assert values["last_category_24h"] == "hats", values
    assert values["last_prices_24h"] == [4, 2, 1.5], values
    assert isinstance(values["prices_24h"], ByName), values
    assert values["categories_24h"][0] == TopValue(value="shoes", count=2), values
    assert values["per_category_24h"].additional_properties == {"hats": 4.0, "shoes": 3.5}, values
    assert values["busy"] is True, values


client = Client(base_url=sys.argv[2])
single = read_entity.sync("viewer", "42", client=client)
assert isinstance(single, Answer), single
check(single.features)
assert single.freshness.complete is True
batch = read_batch.sync(
    client=client, body=BatchRequest(queries=[BatchRequestQueriesItem(view="viewer", entities=["42", "nobody"])])
)
assert isinstance(batch, BatchAnswer), batch
check(batch.results[0].entities[0].features)
assert batch.results[0].entities[1].features["avg_price_24h"] is None
wrong = read_entity.sync("nothing", "42", client=client)
assert isinstance(wrong, Problem) and wrong.status == 404, wrong
assert isinstance(read_catalog.sync(client=client), Catalog)
assert isinstance(read_health.sync(client=client), Health)
