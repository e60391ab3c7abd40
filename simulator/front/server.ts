import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Simulation } from "../cloud/simulation.ts";
import { ScaledClock } from "../kernel/scaled-clock.ts";
import type { Scenario } from "../scenario/schema.ts";
import { simulate } from "../scenario/stage.ts";
import { planTimeline } from "../scenario/timeline.ts";
import { snapshot } from "../services/snapshot.ts";

/** The largest request body that is read, in bytes: more than any simulated AWS API takes. */
const BODY_LIMIT = 4 * 1024 * 1024;

export type ServerOptions = {
  readonly scenario: Scenario;
  /** 0 takes any free port. */
  readonly port: number;
  /** Seconds of the simulation in a real second; 0 stands still. */
  readonly speed: number;
};

/** A simulator on loopback. */
export type RunningServer = { readonly url: string; close: () => Promise<void> };

/**
 * Serves the simulated AWS on 127.0.0.1 to any client of any language, and the simulator's own control under `/_simulator/`.
 * The scenario's world is warmed up at the start, and its timeline runs from then on. Entries of the timeline that AWS
 * refuses are printed on stderr. Throws a ScenarioError for a world that AWS refuses.
 */
export async function serve({ scenario, port, speed }: ServerOptions): Promise<RunningServer> {
  const clock = new ScaledClock(Date.now(), speed);
  let simulation: Simulation | undefined;
  const server = createServer((request, response) => {
    answer(simulation as Simulation, clock, request)
      .catch((error: unknown) => ({ status: 500, headers: {}, body: `the simulator failed: ${error}` }))
      .then((given) => {
        if (given) send(response, given.status, given.headers, given.body);
      });
  });
  // Only clients close idle connections: a client that sends while this side closes would see a reset.
  server.keepAliveTimeout = 0;
  await listen(server, port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    // No simulated latency: clients on the port already have the network's own.
    simulation = simulate({ ...scenario, latency_milliseconds: [0, 0] }, clock, scenario.seed, url);
  } catch (error) {
    server.close();
    throw error;
  }
  planTimeline({ simulation }, scenario, clock.now(), (error) => console.error(String(error)));
  return {
    url,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string };

// Undefined means that no answer is sent.
async function answer(
  simulation: Simulation,
  clock: ScaledClock,
  request: IncomingMessage,
): Promise<Answer | undefined> {
  const body = await readBody(request);
  if (body === undefined) return json(413, { error: `expected a body of at most ${BODY_LIMIT} bytes` });
  const { method = "GET", url: path = "/" } = request;
  // A query string is ignored; clients add one to get past caches.
  const [bare = ""] = path.split("?");
  if (bare.startsWith("/_simulator/")) return control(simulation, clock, `${method} ${bare}`, body);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const given = await simulation.handle({ method, path, headers, body });
  if (given.unanswered === undefined) return given;
  if (given.unanswered === "reset") request.socket.destroy();
  return undefined;
}

function control(simulation: Simulation, clock: ScaledClock, asked: string, body: string): Answer {
  simulation.world.settle(clock);
  switch (asked) {
    case "GET /_simulator/calls":
      return json(200, {
        calls: simulation.calls.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
      });
    case "GET /_simulator/world":
      return json(200, snapshot(simulation.world));
    case "GET /_simulator/operations":
      return json(200, operationsOf(simulation));
    case "POST /_simulator/advance":
      return advance(simulation, clock, body);
    default:
      return json(404, {
        error: `expected GET calls, GET world, GET operations or POST advance under /_simulator/, found ${asked}`,
      });
  }
}

function advance(simulation: Simulation, clock: ScaledClock, body: string): Answer {
  let seconds: unknown;
  try {
    seconds = (JSON.parse(body) as { seconds?: unknown } | null)?.seconds;
  } catch {
    seconds = undefined;
  }
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) {
    return json(400, { error: `expected {"seconds": n} with n of at least 0, found ${body.slice(0, 100)}` });
  }
  clock.advance(seconds * 1000);
  simulation.world.settle(clock);
  return json(200, { now: new Date(clock.now()).toISOString() });
}

function operationsOf(simulation: Simulation): Record<string, readonly string[]> {
  const operations = simulation.services.flatMap((service) =>
    [...service.operations].map(([name, operation]): [string, readonly string[]] => [
      `${service.name}:${name}`,
      operation.knows,
    ]),
  );
  return Object.fromEntries(operations);
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, headers);
  response.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
