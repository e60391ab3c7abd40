// Protects what a user is told about a wrong input of terminate: every key by name, what was expected and what was found.
import { expect } from "chai";
import { terminate } from "../../../../functions/terminate/terminate.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { thrownBy } from "../../thrown.ts";

const terminateInputs: [string, unknown, string][] = [
  ["nothing at all", null, "(the whole): expected an object with the function's input, found null"],
  [
    "deregister's input",
    { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" },
    "queue_name: expected the name of a standard SQS queue, found nothing",
  ],
  [
    "a queue's ARN",
    { queue_name: "arn:aws:sqs:us-east-1:123456789012:monitor" },
    'queue_name: expected the name of a standard SQS queue, found "arn:aws:sqs:us-east-1:123456789012:monitor"',
  ],
  [
    "dry_run as text",
    { queue_name: "monitor", dry_run: "no" },
    'dry_run: expected true or false, found "no"',
  ],
  ["a key of nobody's", { queue_name: "monitor", sweep_seconds: 60 }, "sweep_seconds: unknown key"],
  [
    "a sweep that is too rare",
    { queue_name: "monitor", sweep_minutes: 61 },
    "sweep_minutes: expected a whole number of minutes from 0 to 60, found 61",
  ],
  [
    "one group as text",
    { queue_name: "monitor", auto_scaling_groups: "fleet" },
    'auto_scaling_groups: expected a list of Auto Scaling group names, found "fleet"',
  ],
  [
    "a group's ARN",
    {
      queue_name: "monitor",
      lifecycle_hook_name: "drain",
      auto_scaling_groups: ["arn:aws:autoscaling:fleet"],
    },
    'auto_scaling_groups[0]: expected the name of an Auto Scaling group, found "arn:aws:autoscaling:fleet"',
  ],
  [
    "a tag without a key",
    { queue_name: "monitor", lifecycle_hook_name: "drain", group_tag: "=yes" },
    'group_tag: expected a tag\'s key, or key=value, found "=yes"',
  ],
  [
    "groups to sweep, and nothing that a sweep knows the hook by",
    { queue_name: "monitor", auto_scaling_groups: ["fleet"], group_tag: "drained" },
    'auto_scaling_groups: expected lifecycle_queue_name, lifecycle_hook_names or lifecycle_topic_arns beside it, by which a sweep knows our hook, found ["fleet"]; group_tag: expected lifecycle_queue_name, lifecycle_hook_names or lifecycle_topic_arns beside it, by which a sweep knows our hook, found "drained"',
  ],
  [
    "a hook with a blank",
    { queue_name: "monitor", lifecycle_hook_name: "my hook" },
    'lifecycle_hook_name: expected the name of a lifecycle hook, found "my hook"',
  ],
  [
    "a drain's key",
    { queue_name: "monitor", stop_tasks: "some" },
    'stop_tasks: expected one of "none", "daemon", "all", found "some"',
  ],
];

describe("wrong inputs of terminate", () => {
  for (const [what, input, message] of terminateInputs) {
    it(what, async () => {
      const { ports, invocation } = untouchablePorts();
      expect(await thrownBy(() => terminate(input, ports, invocation))).to.equal(
        `InputError: terminate: the scheduled event's input is wrong: ${message}`,
      );
    });
  }
});

describe("a wrong SENDER_ROLE_IDS of terminate", () => {
  it("is refused before anything is called, in one error that names the variable", async () => {
    const { ports, invocation, lines } = untouchablePorts();
    const wrong = { ...ports, senderRoleIdsVariable: "terminate" };
    const thrown = await thrownBy(() => terminate({ queue_name: "monitor" }, wrong, invocation));
    const reason = lines.at(-1)?.[2].reason;
    expect(thrown).to.equal(
      `InputError: terminate: the environment's variable SENDER_ROLE_IDS is wrong: ${reason}`,
    );
    expect(lines.at(-1)).to.deep.equal(["error", "input refused", { variable: "SENDER_ROLE_IDS", reason }]);
  });
});
