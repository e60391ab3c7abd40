// Protects the page on dollars: each amount is the bench's, each price is the page's, and what is assumed of the template is so.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { readResults } from "../../../bench/results.ts";
import { drains, idleMonth, times, total } from "../../../docs/generate/bill.ts";
import { costInShort, costsPage } from "../../../docs/generate/costs-page.ts";
import { PRICES, priceOf } from "../../../docs/generate/prices.ts";

const template = parse(readFileSync("serverless.yml", "utf8"), { merge: true, logLevel: "error" });
/** A figure of the bench's, which is then one that the bill must have. */
const asked = new Set<string>();
const figure = (part: string, of: string, what: string) => {
  asked.add(`${of}: ${what}`);
  const found = readResults()[part]?.find((each) => each.of === of && each.what === what);
  return found?.value ?? Number.NaN;
};
const HOURS = 730;

describe("the page on dollars", () => {
  for (const [groups, part, name] of [
    [1, "hours", "nothing to do, as deployed"],
    [30, "costs", "nothing to do, in 30 groups"],
  ] as const) {
    it(`bills an idle month with ${groups} groups by the bench's hour`, () => {
      const amounts = idleMonth(groups);
      const seconds = figure(part, name, "Lambda seconds of an hour");
      expect(amounts["Lambda, arm64"]).to.be.closeTo((seconds * HOURS) / 4, 0.01);
      expect(amounts["SQS, standard queues"]).to.equal(figure(part, name, "calls of an hour") * HOURS);
      const log = figure("costs", name, "log of an hour") + (120 * 300) / 1_000;
      expect(amounts["CloudWatch Logs, taken in"]).to.be.closeTo((log * HOURS) / 1e6, 1e-9);
      expect(amounts["CloudWatch alarms"]).to.equal(11);
    });
  }

  for (const [part, name, count] of [
    ["deployed", "1 of 10", 1],
    ["deployed", "200 of 200, refreshed 20 at a time", 200],
    ["costs", "300 of 300, in 30 groups that are refreshed at once", 300],
  ] as const) {
    it(`bills ${name} by what an instance takes`, () => {
      const amounts = drains(part, name, count);
      const each = (what: string, of = part) => count * figure(of as string, name, what);
      expect(amounts["Lambda, arm64"]).to.be.closeTo(each("Lambda seconds per instance") / 4, 1e-6);
      expect(amounts["SQS, standard queues"]).to.be.closeTo(each("calls per instance"), 1e-6);
      expect(amounts["CloudWatch Logs, taken in"]).to.be.closeTo(
        (count * figure("costs", name, "log per instance")) / 1e6,
        1e-9,
      );
      expect(amounts["CloudWatch metrics"]).to.equal(figure("costs", name, "hours of a metric"));
    });
  }

  it("has each figure that the bench measures for it", () => {
    const measured = readResults().costs ?? [];
    expect(measured).to.not.have.lengthOf(0);
    for (const { of, what } of measured) expect([...asked]).to.include(`${of}: ${what}`);
  });

  it("adds up: a sum is what its amounts cost", () => {
    const amounts = { "Lambda requests": 5_000_000, "CloudWatch metrics": 1_460 } as const;
    expect(total(amounts)).to.be.closeTo(1 + 0.6, 1e-9);
    expect(total(times(2, amounts), amounts)).to.be.closeTo(3 * 1.6, 1e-9);
    expect(priceOf("CloudWatch alarms", 11)).to.be.closeTo(1.1, 1e-9);
  });

  it("names each price with its source, and has the README's sentence", () => {
    const page = costsPage();
    for (const [name, { dollars, page: source }] of Object.entries(PRICES)) {
      expect(page).to.include(`| ${name} | ${dollars} |`);
      expect(page).to.include(source);
    }
    expect(page).to.include(costInShort());
    expect(readFileSync("README.md", "utf8")).to.include(costInShort());
  });

  it("goes by what the template has: two functions each minute on arm64, by rules, in no VPC, with logs kept for a month", () => {
    const { provider, functions } = template;
    expect(provider).to.include({ architecture: "arm64", memorySize: 256, logRetentionInDays: 30 });
    expect(provider).to.not.have.property("vpc");
    for (const name of ["deregister", "terminate"]) {
      const rules = functions[name].events.filter((each: object) => "eventBridge" in each);
      expect(
        rules.map((each: { eventBridge: { schedule: string } }) => each.eventBridge.schedule),
      ).to.deep.equal(["rate(1 minute)"]);
    }
  });
});
