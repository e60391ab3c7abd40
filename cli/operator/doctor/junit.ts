import { TOPICS } from "./check.ts";
import type { CheckReport, DoctorReport } from "./report.ts";

/**
 * A report in the XML of JUnit, as build servers read it: a suite a topic, and a test a check. An error is a failure. A warning is none,
 * as in the exit status, and stands in the test's output. What was not checked is skipped, with the reason.
 */
export function doctorJunit({ deployment, at, checks }: DoctorReport): string {
  const suites = TOPICS.flatMap((topic) => {
    const own = checks.filter((each) => each.topic === topic);
    return own.length === 0 ? [] : [suiteXml(topic, own, at)];
  });
  const named = { name: `asg-drain doctor ${deployment}`, ...countsOf(checks) };
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes(named)}>`,
    ...suites.flat(),
    "</testsuites>",
  ].join("\n")}\n`;
}

function suiteXml(topic: string, checks: readonly CheckReport[], at: string): string[] {
  const named = { name: topic, ...countsOf(checks), timestamp: at.replace(/\.\d+Z$/, "") };
  return [`  <testsuite ${attributes(named)}>`, ...checks.flatMap(caseXml), "  </testsuite>"];
}

function caseXml({ id, topic, title, state, why, findings, because }: CheckReport): string[] {
  const open = `    <testcase ${attributes({ name: id, classname: `asg-drain.doctor.${topic}`, time: "0" })}`;
  const told = findings.map(({ what, mend }) => `${what}\nMend: ${mend}`).join("\n");
  switch (state) {
    case "fine":
      return [`${open}/>`];
    case "not checked":
      return [`${open}>`, `      <skipped ${attributes({ message: because ?? "" })}/>`, "    </testcase>"];
    case "warning":
      return [
        `${open}>`,
        `      <system-out>${escaped(`${told}\nWhy: ${why}`)}</system-out>`,
        "    </testcase>",
      ];
    case "error":
      return [
        `${open}>`,
        `      <failure ${attributes({ message: findings[0]?.what ?? title, type: id })}>${escaped(`${told}\nWhy: ${why}`)}</failure>`,
        "    </testcase>",
      ];
    default:
      return state satisfies never;
  }
}

function countsOf(checks: readonly CheckReport[]): Record<string, string> {
  const of = (state: CheckReport["state"]) => String(checks.filter((each) => each.state === state).length);
  return {
    tests: String(checks.length),
    failures: of("error"),
    errors: "0",
    skipped: of("not checked"),
    time: "0",
  };
}

function attributes(all: Readonly<Record<string, string>>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`)
    .join(" ");
}

// XML 1.0 has no way to write control characters, and AWS's texts may have any.
function escaped(text: string): string {
  const written = text.replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD]/g, "?");
  return written.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
