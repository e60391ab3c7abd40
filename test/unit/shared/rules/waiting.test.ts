// Protects when an instance is looked at again, and what is remembered and said of it meanwhile.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import {
  classic,
  clusterInstance,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  seen,
  target,
  task,
  termination,
} from "./builders.ts";

describe("decide", () => {
  describe("when it looks again", () => {
    const until = (memory: Partial<Memory>, now = MINUTE, pollSeconds = 5) => {
      const { outcome } = decide(
        termination(memory, { settings: { pollSeconds, drainTimeoutSeconds: 86_400 } }),
        observed({ registrations: [target({ state: "draining" })] }),
        SINCE + now,
      );
      if (outcome.kind !== "wait") throw new Error("expected to wait");
      return outcome.until - SINCE - now;
    };
    const waitingFor = "1 target draining in static";

    it("after poll_seconds", () => expect(until({})).to.equal(5 * SECOND));
    it("after poll_seconds as set", () => expect(until({}, MINUTE, 20)).to.equal(20 * SECOND));
    it("after poll_seconds for a quarter of an hour without change", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE - 1)).to.equal(5 * SECOND));
    it("after 30 s from then on", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE)).to.equal(30 * SECOND));
    it("never sooner than poll_seconds", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE, 45)).to.equal(45 * SECOND));
    it("after poll_seconds again once something changes", () =>
      expect(until({ waitingFor: "2 targets draining in static", changedAt: SINCE }, 60 * MINUTE)).to.equal(
        5 * SECOND,
      ));
    it("exactly when a first empty look can be believed", () => {
      const { outcome, memory } = decide(termination(), observed(), SINCE);
      expect(outcome).to.include({ kind: "wait", until: SINCE + 10 * SECOND });
      expect(memory.nextPassAt).to.equal(SINCE + 10 * SECOND);
    });
    it("exactly when an absent instance can be believed gone", () => {
      const { outcome } = decide(termination(), observed({ groupInstance: undefined }), SINCE);
      expect(outcome).to.include({ kind: "wait", until: SINCE + 30 * SECOND });
    });
  });

  describe("what it remembers and says", () => {
    it("remembers all that it saw, once", () => {
      const reconcile = observed({
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        registrations: [target(), classic({ managed: true })],
        managedTargetGroups: ["tg-2"],
        managedElbNames: ["elb"],
      });
      const first = decide(termination(), reconcile, SINCE).memory;
      expect(first).to.deep.include({
        containerInstances: [{ cluster: "main", arn: "ci-1" }],
        registrations: [
          { kind: "target", id: "tg-1", port: 8080 },
          { kind: "classic", id: "elb" },
        ],
        managedTargetGroups: ["tg-2"],
        managedElbNames: ["elb"],
      });
      const second = decide(termination(first), reconcile, SINCE + 5 * SECOND).memory;
      expect(second.registrations).to.deep.equal(first.registrations);
      expect(second.changedAt).to.equal(first.changedAt);
    });

    it("forgets that the instance was absent once a group shows it", () => {
      expect(decide(termination({ absentSince: SINCE }), observed(), SINCE).memory.absentSince).to.equal(
        undefined,
      );
    });

    it("says what is left: load balancers by state, tasks by status in the order of their lives", () => {
      const { outcome } = decide(
        termination(),
        observed({
          clusterInstances: [
            clusterInstance("DRAINING", task("STOPPING"), task("RUNNING"), task("RUNNING"), task("STOPPED")),
          ],
          registrations: [
            target({ managed: true }),
            target({ managed: true, port: 8081 }),
            classic({ state: "draining" }),
          ],
        }),
        SINCE,
      );
      expect(outcome).to.include({
        waitingFor: "2 targets registered in static, draining with elb, 2 tasks RUNNING, 1 task STOPPING",
      });
    });

    it("says what is left once the steps of this look are taken", () => {
      const waitingFor = (change: Partial<Observation>) => {
        const { outcome } = decide(termination(), observed(change), SINCE);
        return outcome.kind === "wait" ? outcome.waitingFor : outcome.kind;
      };
      expect(waitingFor({ registrations: [target()] })).to.equal("1 target draining in static");
      expect(waitingFor({ clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] })).to.equal(
        "1 task RUNNING",
      );
      expect(waitingFor({ clusterInstances: [clusterInstance("ACTIVE")] })).to.equal(
        "what was just done to take effect",
      );
      const behind = {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
      };
      expect(waitingFor(behind)).to.equal("1 target draining in static, 1 task RUNNING, not yet DRAINING");
    });

    const lacks = (...[of, reconcile]: [Termination, Observation]) =>
      decide(of, reconcile, SINCE).warnings.some(({ phrase }) => phrase === "cluster lacks the instance");

    it("warns of a configured cluster that lacks the instance", () => {
      expect(lacks(termination(), observed())).to.equal(true);
    });

    it("does not where no cluster is configured, where it was seen before, or where the cluster was not read", () => {
      expect(lacks(termination({}, { settings: { clusterNames: [] } }), observed())).to.equal(false);
      expect(lacks(termination(seen), observed())).to.equal(false);
      expect(lacks(termination(), observed({ unread: { tasks: "denied" } }))).to.equal(false);
    });
  });
});
