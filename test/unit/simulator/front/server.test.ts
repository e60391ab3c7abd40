// Protects what the simulator serves beside AWS: paths that a client may put a query on, and keys in one style.
import { expect } from "chai";
import { type RunningServer, serve } from "../../../../simulator/front/server.ts";
import { read } from "../scenario/scenario.ts";

describe("/_simulator/", () => {
  let server: RunningServer;
  before(async () => {
    server = await serve({ scenario: read({}), port: 0, speed: 0 });
  });
  after(() => server.close());

  const ask = async (path: string, body?: string) => {
    const init = body === undefined ? {} : { method: "POST", body };
    const answer = await fetch(`${server.url}/_simulator/${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  for (const path of ["world", "calls", "operations"]) {
    it(`${path} may carry a query string`, async () => {
      const bare = await ask(path);
      expect(bare.status).to.equal(200);
      expect(await ask(`${path}?at=1&verbose`)).to.deep.equal(bare);
    });
  }

  it("advance may carry a query string", async () => {
    const { now } = (await ask("world")).body;
    const later = (await ask("advance?why=test", '{"seconds":60}')).body.now;
    expect(Date.parse(String(later)) - Date.parse(String(now))).to.equal(60_000);
  });

  it("an unknown path is refused with its name", async () => {
    expect(await ask("wordl?x")).to.deep.equal({
      status: 404,
      body: {
        error:
          "expected GET calls, GET world, GET operations, GET report, POST advance or POST timeline under /_simulator/, found GET /_simulator/wordl",
      },
    });
  });

  it("a connection that rests is the client's to close: whoever sends on it as it closes would see a reset", async () => {
    const answer = await fetch(`${server.url}/_simulator/world`);
    await answer.arrayBuffer();
    expect(answer.headers.get("connection")).to.equal("keep-alive");
    expect(answer.headers.get("keep-alive"), "how long the server leaves it open").to.equal(null);
  });

  it("the world's keys are all in snake_case", async () => {
    const keys = new Set<string>();
    const text = JSON.stringify((await ask("world")).body);
    JSON.parse(text, (key, value) => {
      if (!/^\d*$/.test(key)) keys.add(key);
      return value;
    });
    expect([...keys]).to.include.members(["in_flight", "container_instances", "target_groups"]);
    expect([...keys].filter((key) => !/^[a-z]+(_[a-z]+)*$/.test(key))).to.deep.equal([]);
  });
});
