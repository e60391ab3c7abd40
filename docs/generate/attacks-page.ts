import type { Attack } from "../../test/attacks/attack.ts";
import { ATTACKS } from "../../test/attacks/attacks.ts";
import { markdownTable } from "./tables.ts";

const HEAD = ["", "queue", "field", "value", "situation", "what it can do at the worst"];

/** The page on what a stranger can write into the queues, and what it can do at the worst. */
export function attacksPage(): string {
  const deployed = ATTACKS.filter(({ deployment }) => deployment === "as the template");
  const withoutRoles = ATTACKS.filter(({ deployment }) => deployment === "no roles named");
  const withoutSettings = ATTACKS.filter(({ deployment }) => deployment === "no settings");
  const queueNameAlone = ATTACKS.filter(({ deployment }) => deployment === "queue_name alone");
  return `# Attacks

<!-- Made from the list in test/attacks by \`npm run docs\`. -->

What can somebody do who may send to the queues? Each of these ${deployed.length} rows is a message of a stranger's, and a test in test/attacks. It
is played in the simulation with the judge, and so is the same world without the message. The functions must change nothing in AWS
that they do not change without it. They must end the drain with the same result, within 15 s of the same time, and leave no message
in the queues. \`npx mocha test/attacks\` plays them. [SECURITY.md](../../SECURITY.md) sums them up.

The functions are deployed as the template does it: the environment names the roles (\`SENDER_ROLE_IDS\`), and terminate has
deregister's input. The queues of these worlds have no policies, so nothing here relies on them. Nobody but the functions should know the
true token of a lifecycle action. The rows with it are there because it does no harm to know it.

The situations are those of the instance when the message comes:

- in service: nobody has terminated it
- held: the hook holds it, and it is being drained
- returning: the hook holds it while its root volume is replaced
- gone: its drain is over, and no group has it any more

${tableOf(deployed)}

## Without SENDER_ROLE_IDS

Without that variable nobody knows whose memory a message has, so a stranger's memory and notices count. What is returning goes back to
its warm pool there: with a new root volume it would not be drained. The rows above on each field of
the memory are played so too, and two more on what only counts then: ${withoutRoles.length} in all. ${harmfulOf(withoutRoles).length} of them do harm, and each test says which. The others do
no more than above.

${tableOf(harmfulOf(withoutRoles))}

## With queue_name alone

Terminate's input may have none of the settings of a drain. If it has another key, such as \`lifecycle_queue_name\`, only messages of the
functions' roles tell settings. ${withoutSettings.length} rows are played so, and do no harm.

Terminate may have no other input than \`queue_name\`. Then it believes the settings in a message, and of several messages those of the one
that says that it is the oldest. ${queueNameAlone.length} such rows are played. ${harmfulOf(queueNameAlone).length} of them do harm, and each test says which.

${tableOf(harmfulOf(queueNameAlone))}
`;
}

function harmfulOf(attacks: readonly Attack[]): Attack[] {
  return attacks.filter(({ harm }) => harm !== undefined);
}

function tableOf(attacks: readonly Attack[]): string {
  const rows = attacks.map(({ queue, field, value, situation, worst }, index) => [
    String(index + 1),
    queue,
    `\`${field}\``,
    value,
    situation,
    worst,
  ]);
  return markdownTable(HEAD, rows);
}
