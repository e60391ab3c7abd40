import type { Simulation } from "../cloud/simulation.ts";
import { objectIn } from "../kernel/json.ts";
import type { ScaledClock } from "../kernel/scaled-clock.ts";
import { asScenarioError } from "../scenario/build.ts";
import { checkScenario, ScenarioError } from "../scenario/read.ts";
import type { Scenario, TimelineEntry } from "../scenario/schema.ts";
import { happenNow } from "../scenario/timeline.ts";
import { snapshot } from "../services/snapshot.ts";
import type { ServedFunctions } from "./served-functions.ts";

/** An answer over HTTP. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What the simulator's own control reaches. */
export type Controlled = {
  readonly simulation: Simulation;
  readonly clock: ScaledClock;
  readonly scenario: Scenario;
  /** Undefined where only the world is simulated. */
  readonly functions: ServedFunctions | undefined;
  /** When the scenario started, in milliseconds since 1970. */
  readonly startedAt: number;
};

type Handler = (controlled: Controlled, body: string) => Answer | Promise<Answer>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  "GET calls": ({ simulation }) =>
    json(200, { calls: simulation.calls.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) }),
  "GET world": ({ simulation }) => json(200, snapshot(simulation.world)),
  "GET operations": ({ simulation }) => json(200, operationsOf(simulation)),
  "GET report": ({ functions }) =>
    functions
      ? json(200, functions.report())
      : json(404, { error: "expected a simulator with functions in it: start it with --with-functions" }),
  "POST advance": advance,
  "POST timeline": happens,
};

/** Answers a request under `/_simulator/`, such as `GET world`. */
export async function control(controlled: Controlled, asked: string, body: string): Promise<Answer> {
  controlled.simulation.world.settle(controlled.clock);
  const handler = Object.hasOwn(HANDLERS, asked) ? HANDLERS[asked] : undefined;
  if (handler) return handler(controlled, body);
  const known = Object.keys(HANDLERS);
  const all = `${known.slice(0, -1).join(", ")} or ${known.at(-1)}`;
  const [method = "", path = ""] = asked.split(" ");
  return json(404, { error: `expected ${all} under /_simulator/, found ${method} /_simulator/${path}` });
}

/** An answer in JSON. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function advance({ simulation, clock, functions }: Controlled, body: string): Promise<Answer> {
  const seconds = (objectIn(body) as { seconds?: unknown } | undefined)?.seconds;
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0)
    return json(400, { error: `expected {"seconds": n} with n of at least 0, found ${body.slice(0, 100)}` });
  if (functions) await clock.advanceBySleeps(seconds * 1000);
  else clock.advance(seconds * 1000);
  simulation.world.settle(clock);
  return json(200, { now: new Date(clock.now()).toISOString() });
}

// An entry of a timeline happens at once. The judge goes by the timeline, so the entry becomes a part of it.
function happens({ simulation, clock, scenario, functions, startedAt }: Controlled, body: string): Answer {
  const given = objectIn(body);
  if (given === undefined)
    return json(400, {
      error: `expected an entry of a timeline, such as {"scale_in": {"group": "web", "count": 1}}, found ${body.slice(0, 100)}`,
    });
  const at = (clock.now() - startedAt) / 1000;
  try {
    const timeline = [...scenario.timeline, { ...given, at_seconds: at }];
    const entry = checkScenario({ ...scenario, timeline }, "the entry").timeline.at(-1) as TimelineEntry;
    happenNow({ simulation, ...functions?.staged }, entry);
    scenario.timeline.push(entry);
  } catch (error) {
    const told = asScenarioError("the entry", error);
    if (!(told instanceof ScenarioError)) throw told;
    const place = `timeline[${scenario.timeline.length}]`;
    return json(400, { error: told.message.replaceAll(`${place}.`, "").replaceAll(place, "it") });
  }
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
