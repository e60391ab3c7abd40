// The world in which attacks are played: two instances behind a target group and in a cluster, and what befalls the first of them.
import { functions, HOOK, instanceIds, QUEUES } from "../scenarios/fixture.ts";
import type { Attack, Deployment, Situation } from "./attack.ts";

const ids = instanceIds(2);
/** The instance of which the messages tell. */
export const TARGET = "i-00000000000000001";
export const STARTS_AT = Date.parse("2026-01-05T09:00:00Z");
export const OTHERS_GROUP = "others";
export const OTHERS_INSTANCE = "i-0000000000000000a";

const HAPPENS: Readonly<Record<Situation, readonly object[]>> = {
  "in service": [],
  held: [{ at_seconds: 5, terminate: { instance_ids: [TARGET] } }],
  returning: [{ at_seconds: 5, replace_root_volume: { instance_ids: [TARGET] } }],
  gone: [{ at_seconds: 5, terminate: { instance_ids: [TARGET] } }],
};
/** Where no roles are named, an instance that gets a new root volume is not drained. One that returns to its warm pool is. */
const TO_POOL = [{ at_seconds: 5, scale_in: { group: "fleet", count: 1 } }];
/** When the message is sent, in seconds: while the hook holds the instance, or when all is over. */
const SENT_AT: Readonly<Record<Situation, number>> = { "in service": 30, held: 30, returning: 30, gone: 300 };

/** Settings as the block of the template has them, for both functions. */
const INPUT = { cluster_name: "main", lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" };

/** What terminate's input has besides `queue_name`. */
const INPUTS: Readonly<Record<Deployment, object>> = {
  "as the template": INPUT,
  "no roles named": INPUT,
  "no settings": { lifecycle_queue_name: INPUT.lifecycle_queue_name },
  "queue_name alone": {},
};

function functionsOf(deployment: Deployment) {
  const { deregister, terminate } = functions(INPUT);
  const input = { ...terminate.input, ...INPUTS[deployment] };
  const variable = deployment === "no roles named" ? { sender_role_ids: "" } : {};
  return { deregister: { ...deregister, ...variable }, terminate: { ...terminate, input, ...variable } };
}

/** The world of a situation, with an attack in it or without. */
export function worldOf(
  situation: Situation,
  deployment: Deployment,
  attack?: Pick<Attack, "queue" | "body">,
): Record<string, unknown> {
  const send = attack ?? { queue: "unused", body: "{}" };
  const isToPool = deployment === "no roles named" && situation === "returning";
  return {
    functions: functionsOf(deployment),
    target_groups: [{ name: "web", port: 8080, deregistration_delay_seconds: 40 }],
    clusters: [
      {
        name: "main",
        services: [
          { name: "worker", desired_count: 2, task: { stop_seconds: 30, stop_timeout_seconds: 60 } },
        ],
      },
    ],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        cluster: "main",
        hooks: [HOOK],
        registers_with: { target_groups: [{ name: "web" }] },
        ...(isToPool ? { warm_pool: { state: "Stopped" } } : {}),
      },
      {
        name: OTHERS_GROUP,
        instance_ids: [OTHERS_INSTANCE],
        hooks: [{ ...HOOK, name: "theirs", queue: "theirs" }],
      },
    ],
    queues: [...QUEUES, { name: "theirs" }, { name: "unused" }],
    timeline: [
      ...(isToPool ? TO_POOL : HAPPENS[situation]),
      { at_seconds: SENT_AT[situation], send: { queue: send.queue, body: send.body } },
    ],
  };
}
