// Reads with openapi-fetch and the types that openapi-typescript has generated. That it compiles is half of the test.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Features = components["schemas"]["Features"];

function check(features: Features): void {
  const average: Features[string] = features["avg_price_24h"];
  if (typeof average !== "number" || average !== 2.5) {
    throw new Error(`avg_price_24h is ${JSON.stringify(average)}`);
  }
  const top = features["categories_24h"];
  const first = Array.isArray(top) ? top[0] : undefined;
  if (typeof first !== "object" || first === null || !("value" in first) || !("count" in first)) {
    throw new Error(`categories_24h holds ${JSON.stringify(first)}`);
  }
  if (first.value !== "shoes" || first.count !== 2) {
    throw new Error(`categories_24h is ${JSON.stringify(top)}`);
  }
}

const client = createClient<paths>({ baseUrl: process.argv[2] });
const single = await client.GET("/v1/views/{view}/entities/{key}", {
  params: { path: { view: "viewer", key: "42" } },
});
if (single.data === undefined) {
  throw new Error("detail" in single.error ? single.error.detail : single.error.message);
}
check(single.data.features);
const batch = await client.POST("/v1/features:batch", {
  body: { queries: [{ view: "viewer", entities: ["42", "nobody"] }] },
});
if (batch.data === undefined) {
  throw new Error("the batch has no answer");
}
check(batch.data.results[0].entities[0].features);
const wrong = await client.GET("/v1/views/{view}/entities/{key}", {
  params: { path: { view: "nothing", key: "42" } },
});
if (wrong.response.status !== 404 || wrong.error === undefined) {
  throw new Error("an unknown view has an answer");
}
