// Protects what build servers and code hosts read of `asg-drain doctor`: JUnit's XML and SARIF, each of the form that these know.
import { expect } from "chai";
import { z } from "zod";
import { doctorJunit } from "../../../cli/operator/doctor/junit.ts";
import type { CheckReport, DoctorReport } from "../../../cli/operator/doctor/report.ts";
import { doctorSarif } from "../../../cli/operator/doctor/sarif.ts";

const check = (change: Partial<CheckReport>): CheckReport => ({
  id: "queue-there",
  topic: "Queues",
  title: "both queues are there",
  state: "fine",
  why: "hooks notify nobody",
  findings: [],
  because: null,
  ...change,
});
const ODD = 'a <queue> & "more"\u0000';
const report: DoctorReport = {
  deployment: "drain",
  region: "us-east-1",
  at: "2026-01-05T09:00:00.000Z",
  version: "0.1.0",
  checks: [
    check({}),
    check({
      id: "queue-delay",
      state: "error",
      findings: [
        { what: ODD, mend: "aws sqs help" },
        { what: "another", mend: "aws sqs help" },
      ],
    }),
    check({
      id: "hook-there",
      topic: "Hooks",
      state: "warning",
      findings: [{ what: "one", mend: "aws help" }],
    }),
    check({ id: "hook-once", topic: "Hooks", state: "not checked", because: "sqs:GetQueueUrl was denied" }),
  ],
  counts: { fine: 1, error: 1, warning: 1, not_checked: 1 },
  not_read: [],
  calls: 1,
};

type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
};

/** Reads XML, as far as it is written here. Throws where it is not well formed. */
function readXml(xml: string): Element {
  const whole: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [whole];
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "");
  const part = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<>]*")*)(\/?)>|([^<>]+)/y;
  for (let at = 0; at < body.length; at = part.lastIndex) {
    part.lastIndex = at;
    const [, closed, name, attributes = "", isEmpty, text] = part.exec(body) ?? [];
    const current = open.at(-1) as Element;
    if (closed !== undefined) {
      if (open.pop()?.name !== closed)
        throw new Error(`expected the end of ${current.name}, found ${closed}`);
    } else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        plain(value),
      ]);
      const made: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      current.children.push(made);
      if (!isEmpty) open.push(made);
    } else if (text !== undefined) current.text += plain(text);
    else throw new Error(`expected XML, found ${body.slice(at, at + 40)}`);
  }
  if (open.length !== 1) throw new Error(`expected the end of ${open.at(-1)?.name}`);
  return whole.children[0] as Element;
}

function plain(text = ""): string {
  if (/&(?!(amp|lt|gt|quot|#10);)/.test(text)) throw new Error(`expected an entity in ${text}`);
  const signs: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#10": "\n" };
  return text.replace(/&([#\w]+);/g, (_, name) => signs[name] ?? "");
}

describe("the doctor's JUnit", () => {
  const root = readXml(doctorJunit(report));

  it("has a suite a topic and a test a check, with true counts", () => {
    expect(root.name).to.equal("testsuites");
    expect(root.attributes).to.deep.include({ tests: "4", failures: "1", errors: "0", skipped: "1" });
    expect(
      root.children.map(({ name, attributes }) => [name, attributes.name, attributes.tests]),
    ).to.deep.equal([
      ["testsuite", "Queues", "2"],
      ["testsuite", "Hooks", "2"],
    ]);
    for (const suite of root.children) {
      const of = (name: string) =>
        suite.children.filter(({ children }) => children.some((each) => each.name === name)).length;
      expect(suite.children.every(({ name }) => name === "testcase")).to.equal(true);
      expect(suite.attributes).to.deep.include({
        tests: String(suite.children.length),
        failures: String(of("failure")),
        skipped: String(of("skipped")),
        timestamp: "2026-01-05T09:00:00",
      });
    }
  });

  it("fails for an error alone, tells a warning, and skips what was not checked", () => {
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases.map(({ attributes }) => attributes.name)).to.deep.equal(report.checks.map(({ id }) => id));
    const [fine, error, warning, skipped] = cases.map(({ children }) => children[0]);
    expect(fine).to.equal(undefined);
    expect(error?.attributes).to.deep.equal({ message: 'a <queue> & "more"?', type: "queue-delay" });
    expect(error?.text).to.equal(
      'a <queue> & "more"?\nMend: aws sqs help\nanother\nMend: aws sqs help\nWhy: hooks notify nobody',
    );
    expect([warning?.name, warning?.text]).to.deep.equal([
      "system-out",
      "one\nMend: aws help\nWhy: hooks notify nobody",
    ]);
    expect(skipped).to.deep.include({
      name: "skipped",
      attributes: { message: "sqs:GetQueueUrl was denied" },
    });
  });
});

const text = z.strictObject({ text: z.string().min(1) });
const index = z.int().min(0);
/** What of SARIF 2.1.0 is written (OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"). */
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: text,
              fullDescription: text,
              help: text,
              properties: z.strictObject({ tags: z.array(z.string()) }),
            }),
          ),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string() }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          endTimeUtc: z.iso.datetime(),
          toolExecutionNotifications: z.array(
            z.strictObject({
              level: z.enum(["none", "note", "warning", "error"]),
              message: text,
              associatedRule: z.strictObject({ id: z.string(), index }),
            }),
          ),
        }),
      ]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: index,
          level: z.enum(["none", "note", "warning", "error"]),
          message: text,
          locations: z
            .array(
              z.strictObject({
                physicalLocation: z.strictObject({
                  artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w./-]+$/) }),
                  region: z.strictObject({ startLine: z.int().min(1) }),
                }),
              }),
            )
            .min(1),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ]),
});

describe("the doctor's SARIF", () => {
  const { runs } = sarif.parse(doctorSarif(report));
  const [{ tool, results, invocations }] = runs;

  it("has a rule a check, and a result for each thing that is wrong", () => {
    const { rules } = tool.driver;
    expect(rules.map(({ id }) => id)).to.deep.equal(report.checks.map(({ id }) => id));
    expect(results.map(({ ruleId, level }) => [ruleId, level])).to.deep.equal([
      ["queue-delay", "error"],
      ["queue-delay", "error"],
      ["hook-there", "warning"],
    ]);
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex]?.id).to.equal(ruleId);
    expect(results[2]?.message.text).to.equal(
      "drain, us-east-1: one. So hooks notify nobody. Mend: aws help",
    );
  });

  it("tells what was not checked, which is no result", () => {
    const [{ toolExecutionNotifications }] = invocations;
    expect(
      toolExecutionNotifications.map(({ message, associatedRule }) => [associatedRule.id, message.text]),
    ).to.deep.equal([["hook-once", "not checked: sqs:GetQueueUrl was denied"]]);
  });

  it("has the same fingerprint for the same thing at another time, and another one for each thing", () => {
    const of = (given: DoctorReport) =>
      sarif
        .parse(doctorSarif(given))
        .runs[0].results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    const before = of(report);
    expect(new Set(before).size).to.equal(results.length);
    expect(of({ ...report, at: "2026-01-06T09:00:00.000Z", version: "0.2.0" })).to.deep.equal(before);
    expect(of({ ...report, deployment: "other" })).to.not.include(before[0]);
  });
});
