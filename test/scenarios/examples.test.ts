// Protects the examples: each can be played as it is, and ends as docs/examples.md says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { parse } from "yaml";
import { lossText } from "../../cli/loss-text.ts";
import { expectQuiet, type LogLine, linesOf, type Outcome, play } from "./fixture.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** What a file is expected to show. */
type Example = {
  /** How the lifecycle actions end, and how long after they began, in seconds: at least and at most. */
  readonly ends: {
    readonly count: number;
    readonly reason: RegExp;
    readonly seconds: readonly [number, number];
  };
  /** What is lost, and what allows it. */
  readonly lost?: readonly string[];
  /** Phrases in the order in which the log has them, others in between. */
  readonly story: readonly string[];
  /** What else the page says of it. */
  readonly also?: (outcome: Outcome) => void | Promise<void>;
};

const examples: Readonly<Record<string, Example>> = {
  "fleet.yaml": {
    ends: { count: 3, reason: /^drained$/, seconds: [60, 200] },
    story: ["termination received", "deregistered", "set DRAINING", "lifecycle action completed"],
  },
  "stuck-service.yaml": {
    ends: { count: 1, reason: /^the drain's time is over; .* 1 task RUNNING$/, seconds: [900, 930] },
    lost: ["cut by on_timeout", "unserved by on_timeout"],
    story: ["set DRAINING", "no progress", "half of the drain's time is over", "lifecycle action completed"],
    async also() {
      const outcome = await playFile("stuck-service.yaml", (file) => {
        file.clusters[0].services[0].maximum_percent = 200;
      });
      const [completed] = linesOf(outcome, "lifecycle action completed");
      expect(completed?.reason).to.equal("drained");
      expect(completed?.held_seconds).to.be.below(120);
    },
  },
  "dead-instance.yaml": {
    ends: { count: 1, reason: /^the instance is dead: it is stopped$/, seconds: [200, 270] },
    lost: ["cut by a person's act", "late by a person's act"],
    story: ["set DRAINING", "container instance deregistered", "lifecycle action completed"],
    async also() {
      const outcome = await playFile("dead-instance.yaml", (file) => file.timeline.pop());
      const story = [
        "lifecycle action completed",
        "container instance followed",
        "container instance deregistered",
      ];
      expect(inOrder(outcome.log, story)).to.deep.equal(story);
      expect(linesOf(outcome, "container instance deregistered")).to.have.lengthOf(1);
      expect(linesOf(outcome, "lifecycle action completed")[0]?.held_seconds).to.be.at.least(3600);
    },
  },
  "warm-pool.yaml": {
    ends: { count: 1, reason: /^drained$/, seconds: [60, 120] },
    story: [
      "set DRAINING",
      "lifecycle action completed",
      "comes back",
      "set ACTIVE again",
      "registrations not restored",
      "termination dropped",
    ],
  },
  "spot-notice.yaml": {
    ends: { count: 1, reason: /^drained$/, seconds: [0, 120] },
    story: [
      "notice received",
      "deregistered",
      "set DRAINING",
      "termination dropped",
      "termination received",
      "lifecycle action completed",
    ],
    async also(outcome) {
      expect(linesOf(outcome, "termination dropped")[0]?.reason).to.equal(
        "the Spot interruption is due; drained",
      );
      const ignoring = await playFile("spot-notice.yaml", (file) => {
        delete file.functions.deregister.input.on_spot_interruption;
      });
      expect(linesOf(ignoring, "notice ignored")).to.have.lengthOf(1);
    },
  },
  "long-drain.yaml": {
    ends: { count: 1, reason: /^drained$/, seconds: [3 * 3600, 3 * 3600 + 60] },
    story: ["set DRAINING", "heartbeat recorded", "lifecycle action completed"],
    async also(outcome) {
      const heartbeats = linesOf(outcome, "heartbeat recorded");
      expect(heartbeats.length).to.be.within(20, 30);
      const cut = await playFile("long-drain.yaml", (file) => {
        file.functions.deregister.input.drain_timeout_seconds = 3600;
      });
      expect(linesOf(cut, "lifecycle action completed")[0]?.held_seconds).to.be.within(3600, 3630);
      const limited = await playFile("long-drain.yaml", (file) => {
        file.auto_scaling_groups[0].hooks[0].heartbeat_timeout_seconds = 60;
      });
      const [ended] = linesOf(limited, "lifecycle action completed");
      expect(ended?.setting).to.equal("heartbeat_timeout_seconds");
      expect(lossText(limited)).to.match(
        /\n {2}1 by the hook's own timeout: the hook's timeout or global limit ended it: a longer heartbeat timeout of the hook saves it, if drain_timeout_seconds is more than 10797$/,
      );
      const stopping = await playFile("long-drain.yaml", (file) => {
        file.functions.deregister.input.stop_tasks = "all";
      });
      expect(linesOf(stopping, "task stopped")).to.have.lengthOf(1);
      expect(linesOf(stopping, "lifecycle action completed")[0]?.held_seconds).to.be.below(150);
    },
  },
};

const page = readFileSync(join(PROJECT, "docs", "examples.md"), "utf8");

describe("scenarios: the examples", () => {
  for (const [name, { ends, lost = [], story, also }] of Object.entries(examples)) {
    it(`${name} ends as its page says`, async () => {
      const outcome = await playFile(name);
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.damage.map(({ kind, allowedBy }) => `${kind} by ${allowedBy}`)).to.deep.equal(lost);
      const status = lost.length === 0 ? 0 : 3;
      expect(page, "its exit status").to.match(new RegExp(`^\\| ${name} \\| ${status} \\|`, "m"));
      expectQuiet(outcome);
      const completed = linesOf(outcome, "lifecycle action completed");
      expect(completed).to.have.lengthOf(ends.count);
      for (const { reason, held_seconds, result } of completed) {
        expect(result).to.equal("CONTINUE");
        expect(reason).to.match(ends.reason);
        expect(held_seconds).to.be.within(...ends.seconds);
      }
      expect(inOrder(outcome.log, story)).to.deep.equal(story);
      await also?.(outcome);
    });
  }

  it("each file has its place here, and on the page", () => {
    const files = readdirSync(join(PROJECT, "examples")).filter((each) => each.endsWith(".yaml"));
    expect(Object.keys(examples)).to.have.members(files);
    expect(
      [...page.matchAll(/^## \[(.+?)\]\(\.\.\/examples\/\1\)$/gm)].map(([, name]) => name),
    ).to.have.members(files);
  });
});

// As much of the story as the log has, in its order.
function inOrder(log: readonly LogLine[], story: readonly string[]): string[] {
  const found: string[] = [];
  for (const { message } of log) if (message === story[found.length]) found.push(message);
  return found;
}

// biome-ignore lint/suspicious/noExplicitAny: a scenario file, to be changed by hand.
async function playFile(name: string, change: (file: any) => unknown = () => {}): Promise<Outcome> {
  const file = parse(readFileSync(join(PROJECT, "examples", name), "utf8"));
  change(file);
  return play(file);
}
