import { createHash } from "node:crypto";
import type { CheckReport, DoctorReport } from "./report.ts";

/** Where results are shown: GitHub takes only files of the repository, and this one is what deploys all that is checked. */
const FILE = "serverless.yml";
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * A report as SARIF 2.1.0, as code hosts read it: a rule a check, and a result for each thing that is wrong. What was not checked is a
 * notification, and no result.
 */
export function doctorSarif({ deployment, region, at, version, checks }: DoctorReport): object {
  const place = `${deployment}, ${region}`;
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "asg-drain doctor", version, rules: checks.map(ruleOf) } },
        automationDetails: { id: `asg-drain-doctor/${region}/${deployment}/` },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: at,
            toolExecutionNotifications: checks.flatMap((each, index) => notificationOf(each, index)),
          },
        ],
        results: checks.flatMap((each, index) => resultsOf(each, index, place)),
      },
    ],
  };
}

function ruleOf({ id, topic, title, why }: CheckReport): object {
  return {
    id,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: `Otherwise ${why}.` },
    help: { text: `Otherwise ${why}.` },
    properties: { tags: [topic] },
  };
}

function resultsOf({ id, state, why, findings }: CheckReport, ruleIndex: number, place: string): object[] {
  return findings.map(({ what, mend }) => ({
    ruleId: id,
    ruleIndex,
    level: state === "error" ? "error" : "warning",
    message: { text: `${place}: ${what}. So ${why}. Mend: ${mend}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: FILE }, region: { startLine: 1 } } }],
    // The same thing that is wrong in the same deployment is the same alert, however often it is found.
    partialFingerprints: {
      "asgDrainDoctor/v1": createHash("sha256").update([place, id, what].join("\n")).digest("hex"),
    },
  }));
}

function notificationOf({ id, state, because }: CheckReport, index: number): object[] {
  if (state !== "not checked") return [];
  return [
    {
      level: "note",
      message: { text: `not checked: ${because}` },
      associatedRule: { id, index },
    },
  ];
}
