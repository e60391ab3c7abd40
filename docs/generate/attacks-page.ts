import { ATTACKS } from "../../test/attacks/attacks.ts";
import { markdownTable } from "./tables.ts";

/** The page on what a stranger can write into the queues, and what it can do at the worst. */
export function attacksPage(): string {
  const rows = ATTACKS.map(({ queue, field, value, situation, worst }, index) => [
    String(index + 1),
    queue,
    `\`${field}\``,
    value,
    situation,
    worst,
  ]);
  return `# Attacks

<!-- Made from the list in test/attacks by \`npm run docs\`. -->

What can somebody do who may send to the queues? Each of these ${ATTACKS.length} rows is a message of a stranger's, and a test in test/attacks. It
is played in the simulation with the judge, and so is the same world without the message. The functions must change nothing in AWS
that they do not change without it. They must end the drain with the same result, within 15 s of the same time, and leave no message
in the queues. \`npx mocha test/attacks\` plays them.

A message's settings and \`interrupted_at\` are not among the fields here. Nor does a stranger know the true token in these rows.

The environment names the roles here (\`SENDER_ROLE_IDS\`), as the template has it. Without that variable a stranger's memory and notices
count: see [operations.md](../operations.md#messages-of-other-senders). The situations are those of the instance when the message
comes:

- in service: nobody has terminated it
- held: the hook holds it, and it is being drained
- returning: the hook holds it while its root volume is replaced
- gone: its drain is over, and no group has it any more

${markdownTable(["", "queue", "field", "value", "situation", "what it can do at the worst"], rows)}
`;
}
