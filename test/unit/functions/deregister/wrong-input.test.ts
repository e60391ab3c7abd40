// Protects what a user is told about a wrong input of deregister: every key by name, what was expected and what was found.
import { expect } from "chai";
import { deregister } from "../../../../functions/deregister/deregister.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { thrownBy } from "../../thrown.ts";
import { eventOf } from "../sqs-event.ts";

const good = { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" };
const drainKeys: [string, unknown, string][] = [
  ...[59, 172_801, 600.5, "600", null].map((value): [string, unknown, string] => [
    `drain_timeout_seconds: ${JSON.stringify(value)}`,
    { ...good, drain_timeout_seconds: value },
    `drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found ${JSON.stringify(value)}`,
  ]),
  ...[-1, 3601, 0.5, "0"].map((value): [string, unknown, string] => [
    `settle_seconds: ${JSON.stringify(value)}`,
    { ...good, settle_seconds: value },
    `settle_seconds: expected a whole number of seconds from 0 to 3600, found ${JSON.stringify(value)}`,
  ]),
  ...[0, 1.5, 1_001, "1"].map((value): [string, unknown, string] => [
    `replace_at_once: ${JSON.stringify(value)}`,
    { ...good, replace_at_once: value },
    `replace_at_once: expected a whole number from 1 to 1000, found ${JSON.stringify(value)}`,
  ]),
  ...[-1, 8_761, "48"].map((value): [string, unknown, string] => [
    `maintenance_lead_hours: ${JSON.stringify(value)}`,
    { ...good, maintenance_lead_hours: value },
    `maintenance_lead_hours: expected a whole number of hours from 0 to 8760, found ${JSON.stringify(value)}`,
  ]),
  ["replace_last: 1", { ...good, replace_last: 1 }, "replace_last: expected true or false, found 1"],
  ...(
    [
      ["on_timeout", '"continue", "abandon", "leave"'],
      ["stop_tasks", '"none", "daemon", "all"'],
      ["deregister_container_instance", '"never", "when_disconnected", "always"'],
    ] as const
  ).flatMap(([key, words]) =>
    ["CONTINUE", "", true, ["all"]].map((value): [string, unknown, string] => [
      `${key}: ${JSON.stringify(value)}`,
      { ...good, [key]: value },
      `${key}: expected one of ${words}, found ${JSON.stringify(value)}${words.includes('"continue"') && value === "CONTINUE" ? '; did you mean "continue"?' : ""}`,
    ]),
  ),
];
const deregisterInputs: [string, unknown, string][] = [
  ["nothing at all", undefined, "(the whole): expected an object with the function's input, found nothing"],
  ["a string", "lifecycle", '(the whole): expected an object with the function\'s input, found "lifecycle"'],
  [
    "a list",
    [good],
    '(the whole): expected an object with the function\'s input, found [{"lifecycle_queue_name":"lifecycle","elb_monitor_queue_name… (73 characters)',
  ],
  [
    "no keys: both that are needed are named",
    {},
    "lifecycle_queue_name: expected the name of a standard SQS queue, found nothing; elb_monitor_queue_name: expected the name of a standard SQS queue, found nothing",
  ],
  ["a key that is misspelt", { ...good, elb_nam: "web" }, "elb_nam: unknown key; did you mean elb_name?"],
  [
    "an empty queue name",
    { ...good, lifecycle_queue_name: "" },
    'lifecycle_queue_name: expected the name of a standard SQS queue, found ""',
  ],
  [
    "a FIFO queue",
    { ...good, lifecycle_queue_name: "drain.fifo" },
    'lifecycle_queue_name: expected the name of a standard SQS queue, found "drain.fifo"',
  ],
  [
    "one queue for both: deregister would take its own messages for terminations",
    { ...good, elb_monitor_queue_name: "lifecycle" },
    'elb_monitor_queue_name: expected another queue than lifecycle_queue_name, found "lifecycle"',
  ],
  [
    "a queue URL",
    { ...good, elb_monitor_queue_name: "https://sqs.us-east-1.amazonaws.com/123456789012/monitor" },
    'elb_monitor_queue_name: expected the name of a standard SQS queue, found "https://sqs.us-east-1.amazonaws.com/123456789012/monitor"',
  ],
  [
    "elb_name: null",
    { ...good, elb_name: null },
    "elb_name: expected the name of a classic load balancer, found null",
  ],
  [
    "elb_name as a list",
    { ...good, elb_name: ["web"] },
    'elb_name: expected the name of a classic load balancer, found ["web"]',
  ],
  [
    "elb_names as a string",
    { ...good, elb_names: "web" },
    'elb_names: expected a list of classic load balancer names, found "web"',
  ],
  [
    "a number among elb_names",
    { ...good, elb_names: ["web", 5] },
    "elb_names[1]: expected the name of a classic load balancer, found 5",
  ],
  [
    "one target group that is no list",
    { ...good, target_groups: "web" },
    'target_groups: expected a list of target group names or ARNs, found "web"',
  ],
  [
    "a target group's load balancer ARN",
    {
      ...good,
      target_groups: [
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0123456789abcdef",
      ],
    },
    'target_groups[0]: expected the name or ARN of a target group, found "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbal… (91 characters)',
  ],
  [
    "cluster_name with a blank",
    { ...good, cluster_name: "my cluster" },
    'cluster_name: expected the name or ARN of an ECS cluster, found "my cluster"',
  ],
  [
    "cluster_names as an object",
    { ...good, cluster_names: {} },
    "cluster_names: expected a list of ECS cluster names or ARNs, found {}",
  ],
  [
    "poll_seconds as text",
    { ...good, poll_seconds: "5" },
    'poll_seconds: expected a whole number of seconds from 1 to 60, found "5"',
  ],
  [
    "poll_seconds of 0",
    { ...good, poll_seconds: 0 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 0",
  ],
  [
    "poll_seconds of 61",
    { ...good, poll_seconds: 61 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 61",
  ],
  [
    "a broken poll_seconds",
    { ...good, poll_seconds: 2.5 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 2.5",
  ],
  ...drainKeys,
  [
    "dry_run as text: not true, though it says so",
    { ...good, dry_run: "false" },
    'dry_run: expected true or false, found "false"',
  ],
  ["dry_run as a number", { ...good, dry_run: 1 }, "dry_run: expected true or false, found 1"],
  [
    "on_spot_interruption: replace, which takes longer than there is",
    { ...good, on_spot_interruption: "replace" },
    'on_spot_interruption: expected one of "drain", "ignore", found "replace"',
  ],
  [
    "on_rebalance: drain, which nothing would end",
    { ...good, on_rebalance: "drain" },
    'on_rebalance: expected one of "replace", "ignore", found "drain"',
  ],
  [
    "on_maintenance: true",
    { ...good, on_maintenance: true },
    'on_maintenance: expected one of "replace", "ignore", found true',
  ],
  [
    "several at once",
    { lifecycle_queue_name: 7, elb_monitor_queue_name: "monitor", cluster_nmae: "main", poll_seconds: -1 },
    "lifecycle_queue_name: expected the name of a standard SQS queue, found 7; poll_seconds: expected a whole number of seconds from 1 to 60, found -1; cluster_nmae: unknown key; did you mean cluster_name?",
  ],
];

describe("wrong inputs of deregister", () => {
  for (const [what, input, message] of deregisterInputs) {
    it(what, async () => {
      const { ports, lines, invocation } = untouchablePorts();
      expect(await thrownBy(() => deregister(input, ports, invocation))).to.equal(
        `InputError: deregister: the scheduled event's input is wrong: ${message}`,
      );
      expect(lines).to.deep.equal([["error", "input refused", { reason: message }]]);
    });
  }
});

describe("a wrong SENDER_ROLE_IDS of deregister", () => {
  for (const [what, event] of [
    ["its schedule", good],
    ["an event source mapping", eventOf(["{}"])],
  ] as const) {
    it(`is refused before anything is called, in one error that names the variable: ${what}`, async () => {
      const { ports, lines, invocation } = untouchablePorts();
      const wrong = { ...ports, inputVariable: JSON.stringify(good), senderRoleIdsVariable: "AROA1,x" };
      const thrown = await thrownBy(() => deregister(event, wrong, invocation));
      const reason = lines[0]?.[2].reason;
      expect(thrown).to.equal(
        `InputError: deregister: the environment's variable SENDER_ROLE_IDS is wrong: ${reason}`,
      );
      expect(lines).to.deep.equal([["error", "input refused", { variable: "SENDER_ROLE_IDS", reason }]]);
    });
  }
});
