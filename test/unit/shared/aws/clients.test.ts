// Protects a run from a call that hangs: the SDK by itself waits for ever.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import sinon from "sinon";
import { createClients, createScaleClients } from "../../../../shared/aws/clients.ts";
import { handsOverAt } from "../../../../shared/run/invocation.ts";

/** How much of Lambda's time a run keeps for its end, in milliseconds. */
const KEPT = -handsOverAt(0, { requestId: "test", remainingMilliseconds: () => 0 });
const ENVIRONMENT = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };

/** An AWS that takes each request, and answers none. */
const silent = createServer(() => {});

describe("a call that AWS does not answer", () => {
  before((done) => {
    silent.listen(0, "127.0.0.1", done);
  });
  after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  beforeEach(() => {
    const { port } = silent.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    sinon.stub(process, "env").value({ ...process.env, ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint });
  });
  afterEach(() => sinon.restore());

  for (const [who, create] of [
    ["the pair", () => createClients().ecs],
    ["scale-tasks", () => createScaleClients().ecs],
  ] as const) {
    it(`fails, with all its attempts, within the time that a run keeps for its end: a client of ${who}`, async () => {
      const client = create();
      const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      let requests = 0;
      const count = () => {
        requests += 1;
      };
      silent.on("request", count);
      let failed: unknown;
      const asked = client.send(new ListClustersCommand()).catch((error: unknown) => {
        failed = error;
      });
      let seconds = 0;
      // Time only passes while a request is with AWS, or while the SDK waits for its next attempt.
      for (let seen = 0; failed === undefined && seconds < 300; seconds += 1) {
        while (failed === undefined && requests === seen && clock.countTimers() === 0) await turn();
        seen = requests;
        await turn();
        await clock.tickAsync(1_000);
      }
      silent.off("request", count);
      await asked;
      expect(String(failed)).to.match(/TimeoutError/);
      expect(requests).to.equal(3);
      expect(seconds * 1_000).to.be.below(KEPT);
    });
  }
});

/** Lets what waits for the network go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
