// Protects what `asg-drain doctor` prints for people: it fits the terminal, it says in words what it shows by signs and colours, and a
// command can be copied.
import { expect } from "chai";
import type { CheckReport, DoctorReport } from "../../../cli/operator/doctor/report.ts";
import { doctorText, wrapped } from "../../../cli/operator/doctor/text.ts";

const check = (change: Partial<CheckReport>): CheckReport => ({
  id: "queue-there",
  topic: "Queues",
  title: "both queues are there",
  state: "fine",
  why: "hooks notify nobody, or no drain that has begun is ended, and each instance waits until its hook runs out",
  findings: [],
  because: null,
  ...change,
});
const MEND = "aws sqs set-queue-attributes --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/x";
const finding = {
  what: "there is no queue of the name that the input gives it, nor one that is like it",
  mend: MEND,
};
const report = (...checks: CheckReport[]): DoctorReport => {
  const of = (state: CheckReport["state"]) => checks.filter((each) => each.state === state).length;
  return {
    deployment: "drain",
    region: "us-east-1",
    at: "2026-01-05T09:00:00.000Z",
    version: "0.1.0",
    checks,
    counts: { fine: of("fine"), error: of("error"), warning: of("warning"), not_checked: of("not checked") },
    not_read: [],
    calls: 1,
  };
};
const plain = { width: 60, paint: (_: string, text: string) => text };
const linesOf = (given: DoctorReport, width = 60, isVerbose = false) =>
  doctorText(given, { ...plain, width }, isVerbose).split("\n");

describe("what the doctor prints", () => {
  const all = report(
    check({}),
    check({ id: "queue-delay", state: "error", findings: [finding, finding] }),
    check({ id: "queue-key", state: "warning", topic: "Hooks", findings: [finding] }),
    check({ id: "alarm-tells", state: "not checked", topic: "Alarms", because: "it was denied" }),
    check({ id: "alarm-runs", state: "not checked", topic: "Alarms", because: "it was denied" }),
  );

  for (const width of [40, 60, 80, 120]) {
    it(`fits ${width} columns, but for commands, which stay whole`, () => {
      for (const isVerbose of [false, true]) {
        const lines = linesOf(all, width, isVerbose);
        const long = lines.filter((line) => line.length > width);
        expect(
          long.every((line) => line.endsWith(`Mend: ${MEND}`)),
          long.join("\n"),
        ).to.equal(true);
      }
    });
  }

  it("says each state in a word beside its sign", () => {
    const text = linesOf(all, 100).join("\n");
    expect(text).to.include("✗ Queues       1 of 2 fine\n  ✗ error queue-delay: there is no queue");
    expect(text).to.include("! Hooks        0 of 1 fine\n  ! warning queue-key: there is no queue");
    expect(text).to.include(
      "? Alarms       0 of 2 fine\n  ? not checked alarm-tells, alarm-runs: it was denied",
    );
    expect(text).to.include("5 checks: 1 fine, 1 error, 1 warning, 2 not checked");
  });

  it("says why once, and how to mend for each finding", () => {
    const text = linesOf(all, 100).join("\n");
    expect(text.match(/Why:/g)).to.have.lengthOf(2);
    expect(text.match(/Mend:/g)).to.have.lengthOf(3);
  });

  it("shows what is fine with --verbose alone", () => {
    expect(linesOf(all).join("\n")).to.not.include("queue-there");
    expect(linesOf(all, 100, true).join("\n")).to.include("  ✓ fine queue-there: both queues are there");
  });

  it("is the same with colours, once these are taken out", () => {
    const painted = doctorText(all, { width: 60, paint: (format, text) => `<${format}>${text}</>` }, true);
    expect(painted).to.include("<red>✗</> <red>error</> queue-delay");
    expect(painted.replace(/<\/?\w*>/g, "")).to.equal(doctorText(all, plain, true));
  });

  it("breaks between words, and leaves a long word alone on its line", () => {
    expect(wrapped("one two three", 7, 2, 0)).to.deep.equal(["one two", "  three"]);
    expect(wrapped("a https://example.com/long b", 10, 0)).to.deep.equal([
      "a",
      "https://example.com/long",
      "b",
    ]);
  });

  it("says that all is fine only where all was checked", () => {
    expect(linesOf(report(check({})))[0]).to.equal("drain, us-east-1: all is fine");
    const unread = report(check({}), check({ id: "other", state: "not checked", because: "it was denied" }));
    expect(linesOf(unread)[0]).to.equal("drain, us-east-1: nothing wrong was found, 1 not checked");
  });
});
