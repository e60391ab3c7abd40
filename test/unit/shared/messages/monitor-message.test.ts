// Protects what a termination carries: handed from run to run without loss.
import { expect } from "chai";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { type DrainKeys, settingsOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { FULL_MEMORY, INSTANCE } from "./drawn-memory.ts";

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
const termination: Termination = {
  instanceId: INSTANCE,
  group: "fleet",
  hook: "drain",
  token: "87654321-4321-4321-4321-210987654321",
  since: at("09:00:00"),
  noticedAt: at("09:00:30"),
  interruptedAt: undefined,
  dryRun: true,
  settings: {
    elbNames: ["web", "api"],
    targetGroups: ["static"],
    clusterNames: ["main"],
    discover: "warn",
    allClusters: true,
    clusterTag: "drain",
    pollSeconds: 7,
    drainTimeoutSeconds: 600,
    onTimeout: "abandon",
    stopTasks: "all",
    deregisterContainerInstance: "always",
    settleSeconds: 0,
  },
  memory: FULL_MEMORY,
  restorePlan: {
    plannedDraining: ["arn:ci"],
    plannedDeregistrations: [{ kind: "classic", id: "api" }],
  },
};

const UNKNOWN = { kept: [], dropped: [] };
const NOTHING = { plannedDraining: [], plannedDeregistrations: [] };

describe("the message to terminate", () => {
  it("comes back as it was written, with all of its memory", () => {
    expect(parseMonitorMessage(formatMonitorMessage(termination), 0, undefined)).to.deep.equal({
      kind: "termination",
      termination,
      unknown: UNKNOWN,
    });
  });

  it("is of characters that SQS takes, whatever it was told in escapes", () => {
    const told = { ...termination, group: "fleet \u0000\uFFFE\uFFFF\uD800" };
    const body = formatMonitorMessage(told);
    expect(body).to.match(/^[ -\uD7FF\uE000-\uFFFD]+$/);
    expect(parseMonitorMessage(body, 0, undefined)).to.deep.equal({
      kind: "termination",
      termination: told,
      unknown: UNKNOWN,
    });
  });

  it("can be passed on with the original's load balancer, whatever that is called", () => {
    const original = {
      instance_id: termination.instanceId,
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      elb_name: "no such_name",
      elb_names: ["web"],
    };
    const read = parseMonitorMessage(JSON.stringify(original), 0, undefined);
    if (read.kind === "unreadable") throw new Error(read.reason);
    expect(read.termination.settings.elbNames).to.deep.equal(["no such_name", "web"]);
    expect(parseMonitorMessage(formatMonitorMessage(read.termination), 0, undefined)).to.deep.equal(read);
  });

  it("names the action by the instance where the token is empty", () => {
    const read = parseMonitorMessage(
      JSON.stringify({ ...JSON.parse(formatMonitorMessage(termination)), lifecycle_action_token: "" }),
      0,
      undefined,
    );
    expect(read.kind === "termination" && read.termination.token).to.equal(undefined);
  });

  it("comes back as it was written, with nothing remembered and nothing set", () => {
    const bare: Termination = {
      ...termination,
      token: undefined,
      noticedAt: undefined,
      dryRun: false,
      settings: settingsOf({}),
      memory: NO_MEMORY,
      restorePlan: NOTHING,
    };
    expect(parseMonitorMessage(formatMonitorMessage(bare), 0, undefined)).to.deep.equal({
      kind: "termination",
      termination: bare,
      unknown: UNKNOWN,
    });
  });

  describe("of the version before, which counted a drain's time from the lifecycle action's start", () => {
    const begunAt = (memory: Partial<Memory>, keys: object = {}) => {
      const told = { ...termination, dryRun: false, memory: { ...NO_MEMORY, ...memory } };
      const body = { ...JSON.parse(formatMonitorMessage(told)), version: 1, ...keys };
      const read = parseMonitorMessage(JSON.stringify(body), 0, undefined);
      return read.kind === "termination" ? read.termination.memory.begunAt : read.reason;
    };
    const worked = { nextPassAt: at("09:05:00") };

    it("has begun with it, where a run has worked on it", () =>
      expect(begunAt(worked)).to.equal(termination.since));
    it("has not begun where none has", () => expect(begunAt({})).to.equal(undefined));
    it("has not begun on a dry run", () => expect(begunAt(worked, { dry_run: true })).to.equal(undefined));
    it("says when it was begun, where a later version has said so", () =>
      expect(begunAt({ ...worked, begunAt: at("09:07:00") })).to.equal(at("09:07:00")));
    it("is told from one of this version", () => expect(begunAt(worked, { version: 2 })).to.equal(undefined));
  });

  it("never says that EC2 has shown an interruption: each run asks", () => {
    const proven = { ...termination, noticedAt: undefined, interruptedAt: at("09:00:30") };
    expect(JSON.parse(formatMonitorMessage(proven))).to.not.have.property("interrupted_at");
    const read = parseMonitorMessage(formatMonitorMessage(termination), 0, {});
    expect(read.kind === "termination" && read.termination.interruptedAt).to.equal(undefined);
  });

  it("keeps the original's keys", () => {
    expect(JSON.parse(formatMonitorMessage(termination))).to.include({
      version: 2,
      elb_name: "web",
      instance_id: "i-0123456789abcdef0",
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      lifecycle_action_token: "87654321-4321-4321-4321-210987654321",
    });
  });

  describe("of the original, which has no settings, no time and no memory", () => {
    const body = JSON.stringify({
      elb_name: "web",
      instance_id: "i-0123456789abcdef0",
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      lifecycle_action_token: "87654321-4321-4321-4321-210987654321",
    });
    const readBy = (keys: DrainKeys | undefined) => parseMonitorMessage(body, at("08:59:00"), keys);
    const expected = (settings: DrainKeys) => ({
      kind: "termination",
      termination: {
        ...termination,
        since: at("08:59:00"),
        noticedAt: undefined,
        dryRun: false,
        settings: settingsOf(settings),
        memory: NO_MEMORY,
        restorePlan: NOTHING,
      },
      unknown: UNKNOWN,
    });

    it("names its load balancer", () =>
      expect(readBy(undefined)).to.deep.equal(expected({ elb_name: "web" })));
    it("does not where the input has settings of its own", () =>
      expect(readBy({ cluster_name: "main" })).to.deep.equal(expected({ cluster_name: "main" })));
  });

  it("brings no settings where the input has its own, be it a single one: anybody can have written it", () => {
    const keys: DrainKeys = { poll_seconds: 9 };
    expect(parseMonitorMessage(formatMonitorMessage(termination), 0, keys)).to.deep.equal({
      kind: "termination",
      termination: { ...termination, settings: settingsOf(keys) },
      unknown: UNKNOWN,
    });
  });

  it("drops a memory that is none, and keeps the drain", () => {
    const body = JSON.parse(formatMonitorMessage(termination));
    for (const memory of ["lost", 5, null, [{ failures: 3 }]]) {
      expect(parseMonitorMessage(JSON.stringify({ ...body, memory }), 0, undefined)).to.deep.equal({
        kind: "termination",
        termination: { ...termination, memory: NO_MEMORY, restorePlan: NOTHING },
        unknown: UNKNOWN,
      });
    }
  });
});
