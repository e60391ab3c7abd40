import { TOPICS } from "../../cli/operator/doctor/check.ts";
import { CHECKS } from "../../cli/operator/doctor/checks.ts";
import { doctorPolicy } from "../../cli/operator/policy.ts";
import { type Changed, serveHealthyAccount } from "./healthy-account.ts";
import { markdownTable } from "./tables.ts";

/** The page on `asg-drain doctor`. What it shows is what the command prints, and its table is that of the checks. */
export async function doctorPage(): Promise<string> {
  const healthy = await shown({}, "doctor");
  const broken = await shown(
    {
      world: ({ functions, queues, alarms, roles }) => {
        functions.byName("asg-drain-live-deregister").reservedConcurrency = 0;
        queues.setAttributes(queues.byName("asg-drain-monitor"), { VisibilityTimeout: "30" });
        const terminate = roles.byName("terminate");
        terminate.statements = [
          ...(terminate.statements ?? []),
          { Effect: "Deny", Action: "ecs:StopTask", Resource: "*" },
        ];
        for (const alarm of alarms.all) alarm.actions = [];
      },
    },
    "doctor",
  );
  const help = await shown({}, "doctor", "--help");
  const rows = TOPICS.flatMap((topic) =>
    CHECKS.filter((each) => each.topic === topic).map(({ id, title, why, severity }) => [
      topic,
      `\`${id}\``,
      title,
      severity,
      why,
    ]),
  );
  return `# Is everything deployed well?

<!-- Made from runs of the command by \`npm run docs\`. -->

\`asg-drain doctor\` looks at a deployment, and makes ${CHECKS.length} checks. It reads AWS once, and writes nothing. For each thing that is wrong it
says what happens by it, and the command that mends it. **Nothing is done until you run that command.**

    npx asg-drain doctor
    npx asg-drain doctor --group web-instances

Run it after each deployment, and when a new group, cluster or service comes. When an instance hangs now, ask \`explain\`
([operator.md](operator.md)).

## What it prints

${healthy}

${broken}

\`✗\` is an error: drains fail or hang by it. \`!\` is a warning: something may go wrong, or is not meant. \`?\` was not checked, because
something could not be read or does not exist, and the reason stands beside it. What was not checked is never shown as fine.
\`--verbose\` shows the checks too that have found nothing.

\`--format\` prints it for programs:

| format | for |
| --- | --- |
| \`json\`, or \`--json\` | one line of JSON, which [doctor.schema.json](doctor.schema.json) describes |
| \`junit\` | build servers: a suite a topic, a test a check. An error is a failure, a warning is none, and what was not checked is skipped |
| \`sarif\` | code hosts: SARIF 2.1.0. Each finding points at \`serverless.yml\`, and is the same alert however often it is found |

    npx asg-drain doctor --format junit > doctor.xml
    npx asg-drain doctor --format sarif > doctor.sarif

## What it looks at

It finds the functions by \`--deployment\`, or by \`--stack\` if they are in a stack of another name. All else it finds from there: the
rules that invoke them and the inputs that these send, the queues and groups that the inputs name, and the roles. Without \`--group\` it
looks at the groups of terminate's input. What the roles may do is asked of IAM, which simulates their policies. The policy of a key of
your own is not looked at.

It looks for rules on the default event bus. If something else invokes your functions, \`schedule-there\` is an error all the same.

${markdownTable(["topic", "check", "all is fine if", "otherwise", "why"], rows)}

## Exit status

| status | meaning |
| --- | --- |
| 0 | no check has found an error; there may be warnings |
| 1 | a check has found an error, or the functions could not be read |
| 2 | an option is wrong |
| 70 | the command failed |

No status depends on \`--format\`.

## Permissions

This is all that it calls. It lets nobody write:

${indented(JSON.stringify(doctorPolicy("asg-drain-live"), null, 2))}

\`cloudformation:ListStackResources\` is for \`--stack\` alone.

## All options

${help}
`;
}

async function shown(changed: Changed, ...words: string[]): Promise<string> {
  const account = await serveHealthyAccount(changed);
  try {
    const { stdout, stderr, status } = await account.run(...words);
    if (stderr !== "") throw new Error(`asg-drain ${words.join(" ")}: ${stderr}`);
    const told = words.includes("--help") ? "" : `\n# exit status ${status}`;
    // The simulator is served at another port each time.
    const printed = stdout.trimEnd().replaceAll(account.url, "https://sqs.us-east-1.amazonaws.com");
    return indented(`$ asg-drain ${words.join(" ")}\n${printed}${told}`);
  } finally {
    await account.close();
  }
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}
