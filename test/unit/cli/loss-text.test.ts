// Protects who asks what would have saved what was lost: each advice is one that helps.
import { expect } from "chai";
import { lossText, permitsText } from "../../../cli/loss-text.ts";
import { type AllowedBy, type Damage, PERMITS } from "../../../simulator/judge/damage.ts";
import type { TerminationRecord } from "../../../simulator/judge/records.ts";
import type { Played } from "../../../simulator/scenario/play.ts";

const ID = "i-0123456789abcdef0";
const DRAIN = { stopTasks: "daemon", globalLimit: 5_870_000 } as const;

function damage(allowedBy: AllowedBy | undefined, rest: Partial<Damage> = {}): Damage {
  return { kind: "cut", instanceId: ID, what: "lost", from: 900_000, to: 900_000, allowedBy, ...rest };
}

function advice(...those: Damage[]): string[] {
  const terminations = [{ instanceId: ID, askedAt: 0 } as TerminationRecord];
  return permitsText({ damage: those, terminations });
}

const over = "1 by on_timeout: its time was over, and it was not leaving";
const room = "its service needs a higher maximumPercent, more room in the cluster, or a lower desired count";

describe("what would have saved what was lost", () => {
  /** [of what, the damage, the text] */
  const table: [string, Damage, string][] = [
    [
      "drain_timeout_seconds, with time at the hook",
      damage("drain_timeout_seconds", { to: 1_000_000, staying: "on its way", drain: DRAIN }),
      "1 by drain_timeout_seconds: it was on its way: more than 1000 saves it",
    ],
    [
      "drain_timeout_seconds, and the hook's limit is shorter than what it needed",
      damage("drain_timeout_seconds", { to: 6_000_000, staying: "on its way", drain: DRAIN }),
      "1 by drain_timeout_seconds: it was on its way: more than 6000 saves it, with a longer heartbeat timeout of the hook",
    ],
    [
      "drain_timeout_seconds, and no hook lasts so long",
      damage("drain_timeout_seconds", { to: 172_681_000, staying: "on its way", drain: DRAIN }),
      "1 by drain_timeout_seconds: it was on its way: a hook holds an instance for 48 hours at most: no setting saves it",
    ],
    [
      "the hook's global limit, and it was on its way",
      damage("the hook's own timeout", { to: 6_000_000, staying: "on its way", drain: DRAIN }),
      "1 by the hook's own timeout: the hook's timeout or global limit ended it: a longer heartbeat timeout of the hook saves it, if drain_timeout_seconds is more than 6000",
    ],
    [
      "the hook's global limit, and no hook lasts so long",
      damage("the hook's own timeout", { to: 172_681_000, staying: "on its way", drain: DRAIN }),
      "1 by the hook's own timeout: it was on its way: a hook holds an instance for 48 hours at most: no setting saves it",
    ],
    [
      "the hook's timeout, and nothing was on its way",
      damage("the hook's own timeout", { staying: "service", drain: DRAIN }),
      "1 by the hook's own timeout: the hook's own timeout ended it: a longer heartbeat timeout of the hook gives it more time",
    ],
    ["a service's task", damage("on_timeout", { staying: "service", drain: DRAIN }), `${over}: ${room}`],
    [
      "a service's task, with stop_tasks: none",
      damage("on_timeout", { staying: "service", drain: { ...DRAIN, stopTasks: "none" } }),
      `${over}: ${room}`,
    ],
    [
      "a daemon's task that nobody was to stop",
      damage("on_timeout", { staying: "daemon", drain: { ...DRAIN, stopTasks: "none" } }),
      `${over}: stop_tasks: daemon stops it once all else has left`,
    ],
    [
      "a daemon's task that waits for the others",
      damage("on_timeout", { staying: "daemon", drain: DRAIN }),
      `${over}: it is stopped once all else has left`,
    ],
    [
      "a task that no service started",
      damage("on_timeout", { staying: "standalone", drain: DRAIN }),
      `${over}: stop_tasks: all stops it once all else has left`,
    ],
    [
      "a task that no service started, with stop_tasks: all",
      damage("on_timeout", { staying: "standalone", drain: { ...DRAIN, stopTasks: "all" } }),
      `${over}: it is stopped once all else has left`,
    ],
    [
      "a task behind a silent agent",
      damage("on_timeout", { staying: "silent agent", drain: DRAIN }),
      `${over}: its agent is silent, so that nothing stops it, and no setting saves it`,
    ],
    [
      "a task that was on its way",
      damage("on_timeout", { to: 1_000_000, staying: "on its way", drain: DRAIN }),
      "1 by on_timeout: drain_timeout_seconds was over: it was on its way: more than 1000 saves it",
    ],
    ["a registration", damage("on_timeout"), `${over}: the log says why it was not taken out`],
    [
      "late by on_timeout",
      damage("on_timeout", { kind: "late" }),
      "1 by on_timeout: on_timeout: leave left it to the hook's own timeout: with continue it ends by the drain's deadline",
    ],
    [
      "late by settle_seconds",
      damage("settle_seconds", { kind: "late" }),
      "1 by settle_seconds: it waits for settle_seconds after all is gone: less saves the time",
    ],
    [
      "cut by settle_seconds",
      damage("settle_seconds"),
      "1 by settle_seconds: it came when nothing was left any more: a longer settle_seconds saves it",
    ],
    ...(["named", "warn"] as const).map((each): [string, Damage, string] => [
      `late by discover: ${each}`,
      damage(`discover: ${each}`, { kind: "late" }),
      `1 by discover: ${each}: a name in the input is nothing's: correct the name`,
    ]),
    [
      "cut by discover: named",
      damage("discover: named"),
      "1 by discover: named: nothing in the input names it: name it",
    ],
    ["nothing", damage(undefined), "1 by nothing: a violation"],
  ];
  for (const [what, lost, text] of table) it(what, () => expect(advice(lost)).to.deep.equal([text]));

  it("each permit has a sentence, of 30 words at most", () => {
    for (const permit of PERMITS) {
      const [text = ""] = advice(damage(permit));
      const advised = text.replace(`1 by ${permit}: `, "");
      expect(advised, permit).to.match(/^[a-zA-Z'].*[a-z0-9'*]$/);
      expect(advised.split(" ").length, permit).to.be.at.most(30);
    }
    for (const [what, lost] of table) expect(advice(lost)[0]?.split(" ").length, what).to.be.at.most(30);
  });

  it("what has different advice has lines of its own, what has the same shares one", () => {
    const service = damage("on_timeout", { staying: "service", drain: DRAIN });
    const late = damage("on_timeout", { kind: "late" });
    expect(advice(service, late, service).map((each) => each.slice(0, 15))).to.deep.equal([
      "2 by on_timeout",
      "1 by on_timeout",
    ]);
  });

  it("nothing lost: says so", () => {
    expect(lossText({ damage: [], terminations: [], startedAt: 0 } as unknown as Played)).to.equal(
      "Nothing was lost.",
    );
  });
});
