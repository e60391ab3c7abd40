import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { operatorPolicy } from "../../cli/operator/policy.ts";
import { serveAccount } from "./served-account.ts";

/** A command's run, as the page shows it. */
type Shown = { readonly words: readonly string[]; readonly printed: string; readonly status: number };

/** The page on the operator's commands. What it shows is what they print over two of the examples. */
export async function operatorPage(): Promise<string> {
  const [fleet, stuck] = await Promise.all([
    runsOn("fleet", 75, [["status"], ["explain", "LEAVING"]]),
    runsOn("stuck-service", 700, [
      ["status"],
      ["explain", "LEAVING"],
      ["explain", "STAYING"],
      ["status", "--help"],
    ]),
  ]);
  return `# At 3 a.m.: what is it waiting for?

<!-- Made from runs of the commands by \`npm run docs\`. -->

Two commands of \`asg-drain\` answer that. They only read. They look at AWS with the functions' own code, and decide by their rules
([rules.md](rules.md)): what they say is what the next run of the functions does.

    npx asg-drain status
    npx asg-drain explain i-0123456789abcdef0

In this project's folder it is \`npm run asg-drain -- status\`. Profile, Region and role are those of the AWS CLI: \`--profile\`, \`--region\`,
or the environment. \`--json\` prints one line of JSON, which [status.schema.json](status.schema.json) and
[explain.schema.json](explain.schema.json) describe.

## What is held

${shown(fleet[0])}

${shown(stuck[0])}

\`✗\` is stuck: a known reason keeps it from ending before its time is over. \`●\` drains, and \`✓\` has nothing left. LEFT is how long until
\`drain_timeout_seconds\` are over, counted from when the lifecycle action began. \`--group\` looks at some groups only, \`--all-regions\` at
each Region of the account.

## Why one hangs

${shown(stuck[1])}

The first line says what it waits for, and by which rule. ECS's own words follow, and the command that frees it. **Nothing is
done until you run that command.** Then comes what happens if nobody does.

One that is on its way:

${shown(fleet[1])}

One that nobody drains:

${shown(stuck[2])}

## Where the settings come from

Each run of the functions logs its input. The commands read the newest one of the last ten minutes in the log groups
\`/aws/lambda/asg-drain-live-deregister\` and \`/aws/lambda/asg-drain-live-terminate\`. If your functions have other names, say so with
\`--deployment\`. If nobody lets you read logs, give what matters: \`--hook\`, \`--cluster\`, or keys of terminate's input as \`--input\`.
The hook \`asg-drain-live\` is known without any. What could not be read stands at the end, under \`Not read\`.

What the functions remember of a drain is in their queue, which only they read. So the commands take it that all has been as it is
since the lifecycle action began. Times are by AWS's clock.

## Exit status

| status | \`status\` | \`explain\` |
| --- | --- | --- |
| 0 | all that is held is on its way | it is on its way, or nobody drains it |
| 1 | nothing could be read, or there is no such group | where it is could not be read |
| 2 | an option is wrong | an option is wrong |
| 3 | something is stuck | it is stuck |
| 70 | the command failed | the command failed |

No status depends on \`--json\`.

## Permissions

This is all that the two commands call. It lets nobody write:

${indented(JSON.stringify(operatorPolicy("asg-drain-live"), null, 2))}

\`ec2:DescribeRegions\` is for \`--all-regions\` alone.

## Is everything deployed well?

\`asg-drain doctor\` checks that, before an instance hangs: [doctor.md](doctor.md).

## All options

${shown(stuck[3])}
`;
}

async function runsOn(
  example: string,
  seconds: number,
  all: readonly (readonly string[])[],
): Promise<Shown[]> {
  const path = fileURLToPath(new URL(`../../examples/${example}.yaml`, import.meta.url));
  const account = await serveAccount(parse(readFileSync(path, "utf8")));
  try {
    await account.advance(seconds);
    const instances = account.simulation.world.groups.all.flatMap((group) => [...group.instances.values()]);
    const idOf = (isLeaving: boolean) =>
      instances.find(({ state }) => (state.latest === "Terminating:Wait") === isLeaving)?.instanceId ?? "";
    return await Promise.all(
      all.map(async (words): Promise<Shown> => {
        const own = words.map((word) =>
          word === "LEAVING" ? idOf(true) : word === "STAYING" ? idOf(false) : word,
        );
        const { stdout, stderr, status } = await account.run(...own);
        if (stderr !== "") throw new Error(`asg-drain ${own.join(" ")}: ${stderr}`);
        return { words: own, printed: stdout, status };
      }),
    );
  } finally {
    await account.close();
  }
}

function shown(run: Shown | undefined): string {
  if (run === undefined) throw new Error("expected a run");
  const { words, printed, status } = run;
  const told = words.includes("--help") ? "" : `\n# exit status ${status}`;
  return indented(`$ asg-drain ${words.join(" ")}\n${printed.trimEnd()}${told}`);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}
