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
  return `# Log lines

<!-- Made from the list of all phrases by \`npm run docs\`. -->

The functions write one JSON object a line. \`message\` is one of the phrases below, and nothing else; the other fields
have the same name everywhere: \`instance_id\`, \`auto_scaling_group\`, \`life_cycle_hook_name\`, \`cluster\`,
\`load_balancer\`, \`waiting_for\`, \`held_seconds\` (since the hook holds the instance), \`looks_again\`, \`reason\`.
Times are UTC. One instance's lines, read alone, tell its story; in CloudWatch Logs Insights, over the log groups of both
functions:

    fields @timestamp, function, message, waiting_for, reason
    | filter instance_id = "i-0123456789abcdef0"
    | sort @timestamp

${markdownTable(["message", "level", "from", "meaning", "what to do"], rows)}
`;
}
