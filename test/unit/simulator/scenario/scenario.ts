// A scenario file in which nothing is wrong, and ways to make something of it wrong.
import { expect } from "chai";
import { parseScenario } from "../../../../simulator/scenario/read.ts";
import type { Scenario } from "../../../../simulator/scenario/schema.ts";

export const world = {
  name: "test",
  queues: [{ name: "dead" }, { name: "lifecycle", dead_letter_queue: "dead" }, { name: "monitor" }],
  target_groups: [{ name: "web" }, { name: "static" }],
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
  clusters: [{ name: "main", services: [{ name: "web" }, { name: "edge" }] }, { name: "spare" }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ["i-0a", "i-0b"],
      cluster: "main",
      hooks: [{ name: "drain", queue: "lifecycle" }],
    },
    { name: "loose", instance_ids: ["i-1a"] },
  ],
  functions: {
    deregister: { input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" } },
    terminate: { input: { queue_name: "monitor" } },
  },
};
/** Keys that replace those of the world's file, or of a part of it. */
export type Change = Record<string, unknown>;
const [first, loose] = world.auto_scaling_groups as unknown as [Change, Change];
export const fleet = first;
export const [, lifecycle] = world.queues;
export const input = (name: "deregister" | "terminate", keys: Change) => ({
  functions: { ...world.functions, [name]: { input: { ...world.functions[name].input, ...keys } } },
});
export const group = (keys: Change) => ({ auto_scaling_groups: [{ ...fleet, ...keys }, loose] });
export const service = (keys: Change) => ({
  clusters: [{ name: "main", services: [{ name: "web", ...keys }] }],
});
export const timeline = (...entries: Change[]) => ({
  timeline: entries.map((each) => ({ at_seconds: 5, ...each })),
});

/** Reads the world's file with a change. */
export function read(change: Change): Scenario {
  return parseScenario(JSON.stringify({ ...world, ...change }), "FILE");
}

/** Expects that the file is refused with these problems and no others; they are told apart by "; ". */
export function expectRefused(change: Change, problems: string): void {
  const all = problems.split("; ");
  const count = all.length === 1 ? "1 problem" : `${all.length} problems`;
  let message = "nothing was thrown";
  try {
    read(change);
  } catch (error) {
    message = String(error);
  }
  expect(message).to.equal(`ScenarioError: FILE: ${count}\n  ${all.join("\n  ")}`);
}
