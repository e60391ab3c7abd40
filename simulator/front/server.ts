import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Simulation } from "../cloud/simulation.ts";
import { ScaledClock } from "../kernel/scaled-clock.ts";
import type { Scenario } from "../scenario/schema.ts";
import { simulate } from "../scenario/stage.ts";
import { planTimeline } from "../scenario/timeline.ts";
import { type Answer, type Controlled, control, json } from "./control.ts";
import { type FunctionsOptions, serveFunctions } from "./served-functions.ts";

/** The largest request body that is read, in bytes: more than any simulated AWS API takes. */
const BODY_LIMIT = 4 * 1024 * 1024;

export type ServerOptions = {
  readonly scenario: Scenario;
  /** 0 takes any free port. */
  readonly port: number;
  /** Seconds of the simulation in a real second; 0 stands still. */
  readonly speed: number;
  /** The functions that run in it on their schedules. Left out, only the world is simulated. */
  readonly functions?: FunctionsOptions;
  /** The simulated time at the start, in milliseconds since 1970; the real one when not given. */
  readonly startsAt?: number;
};

/** A simulator on loopback. */
export type RunningServer = {
  readonly url: string;
  readonly clock: ScaledClock;
  readonly simulation: Simulation;
  close: () => Promise<void>;
};

/**
 * Serves the simulated AWS on 127.0.0.1 to any client of any language, and the simulator's own control under `/_simulator/`.
 * The scenario's world is warmed up at the start, and its timeline runs from then on. Entries of the timeline that AWS
 * refuses are printed on stderr. Throws a ScenarioError for a world that AWS refuses.
 */
export async function serve(options: ServerOptions): Promise<RunningServer> {
  const { scenario: given, port, speed, startsAt = Date.now() } = options;
  const clock = new ScaledClock(startsAt, speed);
  let controlled: Controlled | undefined;
  const server = createServer((request, response) => {
    answer(controlled as Controlled, request)
      .catch((error: unknown) => ({ status: 500, headers: {}, body: `the simulator failed: ${error}` }))
      .then((answered) => {
        if (answered) send(response, clock, answered);
      });
  });
  // Only clients close idle connections: a client that sends while this side closes would see a reset.
  server.keepAliveTimeout = 0;
  await listen(server, port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // No simulated latency: clients on the port already have the network's own. The timeline grows with what is posted.
  const scenario: Scenario = {
    ...given,
    latency_milliseconds: [0, 0],
    starts_at: new Date(startsAt).toISOString(),
    timeline: [...given.timeline],
  };
  try {
    controlled = { ...build(scenario, clock, url, options.functions), scenario, clock, startedAt: startsAt };
  } catch (error) {
    server.close();
    throw error;
  }
  const { simulation, functions } = controlled;
  const planned = { simulation, ...functions?.staged };
  planTimeline(planned, scenario, clock.now(), (error) => console.error(String(error)));
  return {
    url,
    clock,
    simulation,
    close: () => {
      functions?.stop();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      });
    },
  };
}

function build(
  scenario: Scenario,
  clock: ScaledClock,
  origin: string,
  options: FunctionsOptions | undefined,
): Pick<Controlled, "simulation" | "functions"> {
  if (options === undefined)
    return { simulation: simulate(scenario, clock, scenario.seed, origin), functions: undefined };
  const functions = serveFunctions(scenario, options, { clock, origin });
  return { simulation: functions.staged.simulation, functions };
}

// Undefined means that no answer is sent.
async function answer(controlled: Controlled, request: IncomingMessage): Promise<Answer | undefined> {
  const body = await readBody(request);
  if (body === undefined) return json(413, { error: `expected a body of at most ${BODY_LIMIT} bytes` });
  const { method = "GET", url: path = "/" } = request;
  // A query string is ignored; clients add one to get past caches.
  const [bare = ""] = path.split("?");
  const own = "/_simulator/";
  if (bare.startsWith(own)) return control(controlled, `${method} ${bare.slice(own.length)}`, body);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const given = await controlled.simulation.handle({ method, path, headers, body });
  if (given.unanswered === undefined) return given;
  if (given.unanswered === "reset") request.socket.destroy();
  return undefined;
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

// AWS tells its time with each answer, and so does the simulator: a client need not share its clock.
function send(response: ServerResponse, clock: ScaledClock, { status, headers, body }: Answer): void {
  response.writeHead(status, { date: new Date(clock.now()).toUTCString(), ...headers });
  response.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
