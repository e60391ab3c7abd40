import { FORMER_KEYS, FORMER_PHRASES } from "../../shared/base/log.ts";
import { LOG_LINES } from "./log-lines.ts";
import { markdownTable } from "./tables.ts";

/** The page on the log. */
export function logLinesPage(): string {
  const rows = Object.entries(LOG_LINES).map(([phrase, { level, from, means, todo }]) => [
    `\`${phrase}\``,
    level,
    from,
    means,
    todo,
  ]);
  const renamed = [
    ...Object.entries(FORMER_PHRASES).map(([now, before]) => ["phrase", `\`${before}\``, `\`${now}\``]),
    ...Object.entries(FORMER_KEYS).map(([now, before]) => ["key", `\`${before}\``, `\`${now}\``]),
  ];
  return `# Log lines

<!-- Made from the list of all phrases by \`npm run docs\`. -->

The functions write one JSON object a line. \`message\` is one of the phrases below, and nothing else. The same thing has the
same key in every line:

| key | what it is |
| --- | --- |
| \`instance_id\`, \`auto_scaling_group\`, \`lifecycle_hook_name\` | the termination; in every line about a drain. A Spot drain has no hook. \`notice received\` has \`instance_id\` alone |
| \`version\` | the version of this program; in every line |
| \`cluster\`, \`load_balancer\` | where it happened |
| \`waiting_for\` | what the drain waits for, as a text |
| \`cannot_read\` | what AWS did not answer: a list of \`what\`, \`call\` and \`why\` |
| \`held_seconds\` | how long the hook has held the instance |
| \`next_pass_at\`, \`next_pass_in\` | when the drain is checked again |
| \`reason\` | why |

Times are UTC. To read the story of one instance, run this in CloudWatch Logs Insights, over the log groups of both
functions:

    fields @timestamp, function, message, waiting_for, reason
    | filter instance_id = "i-0123456789abcdef0"
    | sort @timestamp

${markdownTable(["message", "level", "from", "meaning", "what to do"], rows)}

## Renamed

For one release the old keys stand beside the new ones. A line with a new phrase has \`formerly\`, which is the old phrase.
Change your filters and alarms before the next release.

${markdownTable(["what", "before", "now"], renamed)}
`;
}
