import { ODD_ANSWERS } from "../../test/unit/shared/aws/odd-answers/all.ts";
import { OUTCOMES } from "../../test/unit/shared/aws/odd-answers/row.ts";
import { markdownTable } from "./tables.ts";

/** The page on odd answers, from the table whose rows are tested one by one. */
export function oddAnswersPage(): string {
  const rows = ODD_ANSWERS.map(({ action, answer, did, does }) => [`\`${action}\``, answer, did, does]);
  return `# Odd answers

<!-- Made from the tables in test/unit/shared/aws/odd-answers by \`npm run docs\`; each row has its test. -->

An answer of AWS is odd if it lacks what AWS always sends, or has something in it that this program does not know. The SDK's types call nearly
every field optional, so each adapter in shared/aws checks the fields that it reads. Nothing is ever taken for gone because of an odd answer. The
log tells it once a run, as \`odd answer\`, with the action, the field and the beginning of its value. Drains that need the answer are held, up to
their deadline. Then \`on_timeout\` decides, as for any question that AWS did not answer.

${markdownTable(
  ["outcome", "what it is"],
  Object.entries(OUTCOMES).map(([name, is]) => [name, is]),
)}

## Listed and not described

ECS lists container instances, tasks and clusters in one call, and describes them in another. Each read lags by itself. So what is listed, and then a
failure \`MISSING\`, is not known to be gone, nor to be there:

- It is listed again. If it is not in the list any more, it is gone. A container instance may have been deregistered in between. A task is forgotten
  an hour after it stopped.
- If it is still listed, it is unread. The log warns, and the run does not fail for it: a lag passes by itself.
- The same holds for what an earlier pass saw: a known task or container instance that is \`MISSING\` is asked for by the lists.
- A task that only the list of a whole cluster has may be anybody's. Then each container instance is listed by itself, so that one drain alone is held.

These lists are asked only then. An answer that names each thing that it was asked about takes no call more.

## How it is played

\`odd_answers\` in a [scenario](../scenarios.md) makes answers odd for a while, in one of the ways that a client can notice. Seeds of the simulation
draw it as they draw other faults. An instance that Auto Scaling or EC2 leaves out is no oddity there: nobody could tell that from one that they do
not know.

## The table

*Before* is what followed from the answer before it was checked.

${markdownTable(["action", "answer", "before", "now"], rows)}

Some absences are no oddity, because AWS documents them. An instance that EC2 or Auto Scaling does not know is left out. A terminated instance has
no VPC, and no state with a classic load balancer. A hook may notify nobody. A task on Fargate, or one that is not placed yet, is on no container
instance. ECS describes no service revision from before October 25, 2024. SQS gives no list when there is no message. They have tests of their own, in test/unit/shared/aws/empty-answers.test.ts.
`;
}
