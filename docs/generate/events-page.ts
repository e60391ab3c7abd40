import { readFileSync } from "node:fs";
import { EVENTS, FIELDS, FIELDS_OF_ALL, type FieldName } from "./events.ts";
import { markdownTable } from "./tables.ts";

const code = (names: readonly FieldName[]) => names.map((name) => `\`${name}\``).join(", ");

/** The page on the events that are put on a bus, from their list. */
export function eventsPage(): string {
  const events = Object.entries(EVENTS).map(([type, { when, always, sometimes }]) => [
    `\`${type}\``,
    when,
    code(always),
    code(sometimes),
  ]);
  const fields = Object.entries(FIELDS).map(([name, schema]) => [`\`${name}\``, schema.description ?? ""]);
  return `# Events

<!-- Made from the list in docs/generate/events.ts by \`npm run docs\`. -->

deregister and terminate can tell of drains on an event bus of Amazon EventBridge. That is off until you name the bus in the block of
serverless.yml. \`default\` is the account's own bus:

    event_bus: default

A bus of another account is named by its ARN. Its policy must let the roles of both functions put events. The stack's roles get
\`events:PutEvents\` on that bus alone, and without the key on none.

## What comes

Each event has the source \`asg-drain\`. Its \`detail-type\` is one of these:

${markdownTable(["detail-type", "when", "says besides", "and at times"], events)}

Every event says ${code(FIELDS_OF_ALL.always)}, and most say ${code(FIELDS_OF_ALL.sometimes)}. The keys are those of the
[log lines](log-lines.md):

${markdownTable(["key", "what it is"], fields)}

[event.schema.json](event.schema.json) has the same as a JSON schema.

## What to expect

- **They come at the end of a run.** A run of terminate lasts up to about a minute, so an event may be as late. Its \`time\` is when
  it happened. A run without an event makes no call, and a run of up to ten events makes one.
- **One may come twice.** A run that dies before its end is repeated by the next one, and so are its events. After such a run, an ended drain
  may be told as \`dropped\`. Go by \`instance_id\` and \`held_since\`.
- **One may be lost.** No drain waits for an event, and none fails for one. What EventBridge refuses is put once more. What then cannot be
  put is lost, with the warning \`events not put\`, and counts in the metric \`CallsFailed\` or \`CallsThrottled\`. EventBridge itself delivers to
  a rule's target at least once. Alarms do not go by events ([operations.md](operations.md#alarms)).
- **A dry run tells nobody.** It would be of drains that do not happen.
- **They cost** $1.00 per million, in us-east-1 (Amazon EventBridge pricing). A drain has two to four.

## Slack, by a webhook

This template has a rule that sends the events of drains that are stalled or cut off to an incoming webhook of Slack. It is
[examples/events/slack.yml](../examples/events/slack.yml):

${readFileSync("examples/events/slack.yml", "utf8").replace(/^/gm, "    ").replace(/ +$/gm, "").trimEnd()}

Another webhook needs another \`InputTemplate\`. For all endings, name \`drain completed\` in the pattern too.

## A topic

A rule with an SNS topic as its target reaches mail, pagers, and chats that read the topic. The topic's policy must let
\`events.amazonaws.com\` publish:

    aws events put-rule --name asg-drain-cut-off \\
      --event-pattern '{"source":["asg-drain"],"detail-type":["drain cut off"]}'
    aws events put-targets --rule asg-drain-cut-off --targets Id=topic,Arn=TOPIC-ARN
`;
}
