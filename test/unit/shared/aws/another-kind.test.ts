// Protects that a kind of load balancer is one adapter: what nobody here has heard of is observed, drained and restored by it.
import { expect } from "chai";
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { showing } from "../observe/shown.ts";
import { hook, MINUTE, OURS, returning, SECOND, SINCE, termination } from "../rules/builders.ts";

const seen = { kind: "lattice", id: "tg-lattice", port: 80 } as const;
const INSTANCE = "i-0123456789abcdef0";
/** What the drains of this file are told: of no cluster, so that only load balancers are asked. */
const told = { instanceId: INSTANCE, settings: { clusterNames: [] } };

/** A third kind, whose one load balancer has the instance or not. `asked` is what was asked of it. */
function lattice(asked: string[]) {
  const has = { state: "registered" as RegisteredTarget["state"] | "out" };
  const targets = (): RegisteredTarget[] =>
    has.state === "out" ? [] : [{ id: INSTANCE, port: 80, state: has.state, invalid: false, pointsAt: [80] }];
  const adapter: LoadBalancerPort = {
    kind: "lattice",
    noun: "target group of VPC Lattice",
    targetTypes: ["instance"],
    describesByCall: true,
    canRecheckRegistered: true,
    namedIn: () => ["ours"],
    async describe(name) {
      asked.push(`describe ${name}`);
      return { kind: "lattice", id: seen.id, name, targetType: "instance", network: false };
    },
    async targets(id, instanceIds) {
      asked.push(`targets of ${id} for ${instanceIds}`);
      return targets();
    },
    describesBy: "vpc-lattice:GetTargetGroup",
    list: async () => [],
    discoversEach: false,
    discoverTargets: async () => targets(),
    async stillThere(id, those) {
      asked.push(`is there in ${id}: ${those.map((each) => `${each.id}:${each.port}`)}`);
      return targets();
    },
    health: async () => new Map(),
    deregistrationDelay: async () => undefined,
    drainLimit: async () => undefined,
    async register(id, those) {
      asked.push(`register ${those.map((each) => `${each.id}:${each.port}`)} with ${id}`);
      has.state = "registered";
    },
    async deregister(id, those) {
      asked.push(`deregister ${those.map((each) => `${each.id}:${each.port}`)} from ${id}`);
      has.state = "draining";
      return { done: those, failed: [] };
    },
  };
  return { adapter, has };
}

/** A termination as the next run reads it from its message. */
function throughMessage(of: Termination): Termination {
  const read = parseMonitorMessage(formatMonitorMessage(of), SINCE);
  if (read.kind !== "termination") throw new Error(read.reason);
  return read.termination;
}

/** An instance in it, and passes at it one after the other. */
function play(state: string) {
  const asked: string[] = [];
  const { adapter, has } = lattice(asked);
  const shown = showing({
    groupInstances: { [INSTANCE]: { group: "fleet", state } },
    hooks: { fleet: [hook()] },
  });
  const clock = { now: SINCE + MINUTE };
  const ports: Ports = {
    ...shown.ports,
    senderRoleIdsVariable: "AROAEXAMPLEROLEIDAAA1",
    now: () => clock.now,
    autoScaling: { ...shown.ports.autoScaling, complete: async () => "completed" },
    loadBalancers: new Map([...shown.ports.loadBalancers, [adapter.kind, adapter]]),
  };
  const pass = async (of: Termination) => {
    const options = {
      mayComplete: true,
      dryRun: false,
      ours: OURS,
      keys: undefined,
      until: Number.POSITIVE_INFINITY,
    };
    const [found] = await reconcile(new Run(ports, Number.POSITIVE_INFINITY), [of], options);
    if (!found) throw new Error("nothing came of the pass");
    return { after: throughMessage(found.termination), ending: found.ending, asked: asked.splice(0) };
  };
  return { clock, has, lines: shown.lines, pass };
}

describe("a kind of load balancer that is added", () => {
  it("is drained: observed, taken out, asked about alone while it drains, and gone from", async () => {
    const { clock, has, lines, pass } = play("Terminating:Wait");
    const first = await pass(termination({}, told));
    expect(first.asked).to.deep.equal([
      "describe ours",
      `targets of tg-lattice for ${INSTANCE}`,
      `deregister ${INSTANCE}:80 from tg-lattice`,
    ]);
    expect(first.after.memory.deregistered).to.deep.equal([{ what: seen, at: clock.now }]);

    clock.now += 15 * SECOND;
    const draining = await pass(first.after);
    expect(draining.after.memory.recheck?.blocker).to.deep.equal({
      kind: "registration",
      registration: seen,
      target: INSTANCE,
      state: "draining",
    });

    clock.now += 5 * SECOND;
    const rechecked = await pass(draining.after);
    expect([rechecked.ending, rechecked.asked]).to.deep.equal([
      "waiting",
      [`is there in tg-lattice: ${INSTANCE}:80`],
    ]);

    has.state = "out";
    clock.now += 5 * SECOND;
    const last = await pass(rechecked.after);
    expect(last.asked).to.deep.equal([
      `is there in tg-lattice: ${INSTANCE}:80`,
      `targets of tg-lattice for ${INSTANCE}`,
    ]);
    expect(last.ending).to.equal("completed");
    expect(lines.map(([, phrase]) => phrase)).to.include.members([
      "deregistered",
      "lifecycle action completed",
    ]);
    expect(lines.filter(([level]) => level !== "info")).to.deep.equal([]);
  });

  it("gets back an instance that returns", async () => {
    const { has, pass } = play("InService");
    has.state = "out";
    const memory = returning("root volume", {
      deregistered: [{ what: seen, at: SINCE }],
      plannedDeregistrations: [seen],
      drained: [],
      plannedDraining: [],
    });
    const { asked } = await pass(termination(memory, told));
    expect(asked.at(-1)).to.equal(`register ${INSTANCE}:80 with tg-lattice`);
    expect(has.state).to.equal("registered");
  });

  it("is ECS's to empty where a service names it, until it has left a target behind", async () => {
    const { lines, pass } = play("Terminating:Wait");
    const memory = { managed: [{ kind: "lattice", id: seen.id }], drainingAt: SINCE };
    const asksOf = async (change: object) => (await pass(termination({ ...memory, ...change }, told))).asked;
    const reads = ["describe ours", "describe tg-lattice", `targets of tg-lattice for ${INSTANCE}`];
    expect(await asksOf({ drainingAt: SINCE + SECOND })).to.deep.equal(reads);
    expect(await asksOf({})).to.deep.equal([...reads, `deregister ${INSTANCE}:80 from tg-lattice`]);
    expect(lines.map(([, phrase]) => phrase)).to.include("orphaned target deregistered");
  });
});
