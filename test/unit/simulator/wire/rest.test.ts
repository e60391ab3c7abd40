// Protects which operation a REST request is for: a path that is taken for another one would be answered with what nobody asked.
import * as lambda from "@aws-sdk/client-lambda";
import { expect } from "chai";
import type { Service } from "../../../../simulator/wire/operation.ts";
import { operationAt, operationSchemas, readRest } from "../../../../simulator/wire/rest.ts";

const all = operationSchemas(lambda);
const service = { protocol: { kind: "rest", all } } as unknown as Service;

describe("REST requests", () => {
  it("each operation is found by its own method and path", () => {
    const wrong = all.filter((schema) => {
      const [method, path] = (schema[3] as { http: [string, string, number] }).http;
      return operationAt(service, { method, path: path.replace(/\{\w+\+?\}/g, "x") }) !== schema;
    });
    expect(wrong.map((schema) => schema[2])).to.deep.equal([]);
    expect(all.length).to.be.greaterThan(50);
  });

  it("parameters come from the path and the query string, by their own names", () => {
    const path = "/2015-03-31/event-source-mappings/?FunctionName=a%20b&Marker=x";
    const schema = operationAt(service, { method: "GET", path });
    expect(schema?.[2]).to.equal("ListEventSourceMappings");
    const request = { method: "GET", path, headers: {}, body: "" };
    expect(schema && readRest(schema, request)).to.deep.equal({ FunctionName: "a b", Marker: "x" });
    const tags = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aone";
    const listed = operationAt(service, { method: "GET", path: tags });
    expect(listed && readRest(listed, { ...request, path: tags })).to.deep.equal({
      Resource: "arn:aws:lambda:us-east-1:123456789012:function:one",
    });
  });

  it("nothing is found for another path or method", () => {
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/2015-03-31/nonsense"],
      ["PATCH", "/2017-03-31/tags/x"],
    ] as const)
      expect(operationAt(service, { method, path })).to.equal(undefined);
  });
});
