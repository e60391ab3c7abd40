// Protects the words for steps: one row a step, as what is to be done and as the line of one that took effect.
import { expect } from "chai";
import { logDone, stepText } from "../../../../shared/log-lines/step-text.ts";
import type { Step } from "../../../../shared/model/decision.ts";
import { keptLog, type LoggedLine } from "../fake-ports.ts";
import { classic, target, task } from "../rules/builders.ts";

type Of<K extends Step["kind"]> = Extract<Step, { kind: K }>;

const drain: Of<"drain"> = { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false };
const deregister: Of<"deregister"> = { kind: "deregister", registration: target(), why: "ours" };
const leave: Of<"deregister container instance"> = {
  kind: "deregister container instance",
  cluster: "main",
  containerInstance: "ci-1",
  force: false,
};
const address = target({ target: "10.0.0.7", addressTask: task("STOPPED") });

/** Each kind of step, with what is to be done, and the line. */
const STEPS: { readonly [K in Step["kind"]]: readonly (readonly [Of<K>, string, LoggedLine])[] } = {
  drain: [
    [drain, "DRAINING in main", ["info", "set DRAINING", { cluster: "main" }]],
    [
      { ...drain, again: true },
      "DRAINING in main",
      ["warn", "set DRAINING again", { cluster: "main", reason: "somebody had set it ACTIVE" }],
    ],
  ],
  activate: [
    [
      { kind: "activate", cluster: "main", containerInstance: "ci-1" },
      "ACTIVE in main",
      ["info", "set ACTIVE again", { cluster: "main" }],
    ],
  ],
  deregister: [
    [
      deregister,
      "deregistration from static",
      ["info", "deregistered", { load_balancer: "static", port: 8080 }],
    ],
    [
      { ...deregister, registration: classic() },
      "deregistration from elb",
      ["info", "deregistered", { load_balancer: "elb" }],
    ],
    [
      { ...deregister, registration: address, why: "orphaned" },
      "deregistration from static",
      ["warn", "orphaned target deregistered", { load_balancer: "static", port: 8080, address: "10.0.0.7" }],
    ],
    [
      { ...deregister, why: "came back" },
      "deregistration from static",
      [
        "warn",
        "registration came back",
        { load_balancer: "static", port: 8080, reason: "it was taken out once more" },
      ],
    ],
  ],
  register: [
    [
      { kind: "register", registration: { kind: "target", id: "arn:tg", port: 80 } },
      "registration with arn:tg:80",
      ["info", "registered again", { load_balancer: "arn:tg:80" }],
    ],
    [
      { kind: "register", registration: { kind: "classic", id: "web" } },
      "registration with web",
      ["info", "registered again", { load_balancer: "web" }],
    ],
  ],
  "stop task": [
    [
      { kind: "stop task", cluster: "main", task: "task-1", name: "agent" },
      "stop of the task task-1",
      ["info", "task stopped", { cluster: "main", task: "task-1", of: "agent" }],
    ],
  ],
  "deregister container instance": [
    [
      leave,
      "deregistration of the container instance from main",
      ["info", "container instance deregistered", { cluster: "main", force: false }],
    ],
    [
      { ...leave, force: true },
      "deregistration of the container instance from main",
      ["info", "container instance deregistered", { cluster: "main", force: true }],
    ],
  ],
};

describe("the words for a step", () => {
  for (const [step, text, line] of Object.values(STEPS).flat()) {
    it(`${step.kind}: ${text}; then ${line[1]}`, () => {
      const { log, lines } = keptLog();
      logDone(log, step);
      expect([stepText(step), lines]).to.deep.equal([text, [line]]);
    });
  }
});
