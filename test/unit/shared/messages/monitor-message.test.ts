// Protects what a termination carries: handed from run to run without loss.
import { expect } from "chai";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { type DrainKeys, type DrainSettings, keysOf, settingsOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { FULL_MEMORY, INSTANCE } from "./drawn-memory.ts";

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
const settings: DrainSettings = {
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
};
const termination: Termination = {
  instanceId: INSTANCE,
  group: "fleet",
  hook: "drain",
  token: "87654321-4321-4321-4321-210987654321",
  since: at("09:00:00"),
  noticedAt: at("09:00:30"),
  interruptedAt: undefined,
  dryRun: true,
  told: keysOf(settings),
  settings,
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
    expect(parseMonitorMessage(formatMonitorMessage(termination), 0)).to.deep.equal({
      kind: "termination",
      termination,
      unknown: UNKNOWN,
    });
  });

  it("is of characters that SQS takes, whatever it was told in escapes", () => {
    const told = { ...termination, group: "fleet \u0000\uFFFE\uFFFF\uD800" };
    const body = formatMonitorMessage(told);
    expect(body).to.match(/^[ -\uD7FF\uE000-\uFFFD]+$/);
    expect(parseMonitorMessage(body, 0)).to.deep.equal({
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
    const read = parseMonitorMessage(JSON.stringify(original), 0);
    if (read.kind === "unreadable") throw new Error(read.reason);
    expect(read.termination.settings.elbNames).to.deep.equal(["no such_name", "web"]);
    const again = parseMonitorMessage(formatMonitorMessage(read.termination), 0);
    expect(again.kind === "termination" && again.termination.settings).to.deep.equal(
      read.termination.settings,
    );
  });

  it("names the action by the instance where the token is empty", () => {
    const read = parseMonitorMessage(
      JSON.stringify({ ...JSON.parse(formatMonitorMessage(termination)), lifecycle_action_token: "" }),
      0,
    );
    expect(read.kind === "termination" && read.termination.token).to.equal(undefined);
  });

  it("comes back as it was written, with nothing remembered and nothing set", () => {
    const bare: Termination = {
      ...termination,
      token: undefined,
      noticedAt: undefined,
      dryRun: false,
      told: undefined,
      settings: settingsOf({}),
      memory: NO_MEMORY,
      restorePlan: NOTHING,
    };
    expect(parseMonitorMessage(formatMonitorMessage(bare), 0)).to.deep.equal({
      kind: "termination",
      termination: bare,
      unknown: UNKNOWN,
    });
  });

  describe("of the version before, which counted a drain's time from the lifecycle action's start", () => {
    const begunAt = (memory: Partial<Memory>, keys: object = {}) => {
      const told = { ...termination, dryRun: false, memory: { ...NO_MEMORY, ...memory } };
      const body = { ...JSON.parse(formatMonitorMessage(told)), version: 1, ...keys };
      const read = parseMonitorMessage(JSON.stringify(body), 0);
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
    const read = parseMonitorMessage(formatMonitorMessage(termination), 0);
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
    it("names its load balancer", () =>
      expect(parseMonitorMessage(body, at("08:59:00"))).to.deep.equal({
        kind: "termination",
        termination: {
          ...termination,
          since: at("08:59:00"),
          noticedAt: undefined,
          dryRun: false,
          told: { elb_name: "web" },
          settings: settingsOf({ elb_name: "web" }),
          memory: NO_MEMORY,
          restorePlan: NOTHING,
        },
        unknown: UNKNOWN,
      }));
  });

  it("tells deregister's input, and nothing of what the hook sets", () => {
    const told: DrainKeys = { cluster_name: "main", drain_timeout_seconds: 900 };
    const body = JSON.parse(formatMonitorMessage({ ...termination, told }));
    expect(body).to.include({ drain_timeout_seconds: 900, on_timeout: "continue", stop_tasks: "daemon" });
    expect(body).to.deep.include({ cluster_names: ["main"] });
    expect(JSON.parse(formatMonitorMessage({ ...termination, told: undefined }))).to.not.have.any.keys(
      Object.keys(keysOf(settings)),
    );
  });

  it("drops a memory that is none, and keeps the drain", () => {
    const body = JSON.parse(formatMonitorMessage(termination));
    for (const memory of ["lost", 5, null, [{ failures: 3 }]]) {
      expect(parseMonitorMessage(JSON.stringify({ ...body, memory }), 0)).to.deep.equal({
        kind: "termination",
        termination: { ...termination, memory: NO_MEMORY, restorePlan: NOTHING },
        unknown: UNKNOWN,
      });
    }
  });
});
