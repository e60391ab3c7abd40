// Protects fleets behind the template's queue policies: all that must come through comes through, and whoever is refused loses
// nothing.
import { createRequire } from "node:module";
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { arn, roleNamed } from "../../simulator/kernel/account.ts";
import {
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
} from "./fixture.ts";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
const policies: Readonly<Record<string, (variables: Variables) => Promise<object[]>>> = createRequire(
  import.meta.url,
)("../../deploy/queue-policies.cjs");

const ids = instanceIds(3);
const [going] = ids as [string];
const LETTERS = "monitor-dead-letters";
const OPERATOR = roleNamed("operator").arn;
/** The ARNs of what the template calls so. */
const ARNS: Readonly<Record<string, string>> = {
  LifecycleQueue: arn("sqs", "lifecycle"),
  MonitorQueue: arn("sqs", "monitor"),
  LifecycleDeadLetterQueue: arn("sqs", "lifecycle-dead-letters"),
  MonitorDeadLetterQueue: arn("sqs", LETTERS),
  LifecycleHookRole: roleNamed("hook").arn,
  DeregisterRole: roleNamed("deregister").arn,
  TerminateRole: roleNamed("terminate").arn,
  NoticesRule: arn("events", "rule/notices"),
};

/** The usual queues with the template's policies, and with more of their attributes. */
async function queuesWith(block: Record<string, unknown> = {}, more: object = {}): Promise<object[]> {
  const variables = { resolveConfigurationProperty: async ([, key = ""]: readonly string[]) => block[key] };
  const made = Object.values(policies).map(async (statementsOf) => {
    const Statement = JSON.parse(JSON.stringify(await statementsOf(variables)), (_, value) =>
      Array.isArray(value?.["Fn::GetAtt"]) ? ARNS[value["Fn::GetAtt"][0]] : value,
    ) as { Resource: string }[];
    return { resource: Statement[0]?.Resource, policy: { Version: "2012-10-17", Statement } };
  });
  const all = await Promise.all(made);
  return QUEUES.map((queue) => {
    const found = all.find(({ resource }) => resource === arn("sqs", queue.name));
    if (!found) throw new Error(`${queue.name} has no policy`);
    return { ...queue, ...more, policy: found.policy };
  });
}

const world = (keys: Record<string, unknown> = {}) => ({
  functions: functions(keys),
  target_groups: [{ name: "web", port: 8080, deregistration_delay_seconds: 60 }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      spot: true,
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "web" }] },
    },
  ],
});
const terminated = { at_seconds: 5, terminate: { instance_ids: [going] } };
const idle = (seconds: number) => ({ at_seconds: seconds, send: { queue: "unused", body: "{}" } });
const lettersOf = ({ world: { queues } }: Simulation) => queues.byName(LETTERS).messages.size;
const refusalsOf = ({ simulation }: Outcome) =>
  simulation.calls.filter(({ error }) => error?.startsWith("AccessDenied")).map(({ caller }) => caller);
const sqsOf = (simulation: Simulation, role: string) =>
  new SQSClient(clientOptions(transport(simulation, role)));

describe("scenarios: the template's queue policies", () => {
  it("let through the hook, EventBridge and the functions, and no stranger's message", async () => {
    const forged = JSON.stringify({ instance_id: ids[1], auto_scaling_group: "fleet" });
    const outcome = await play({
      ...world({ on_spot_interruption: "drain" }),
      queues: await queuesWith(),
      event_rules: [{ name: "notices", queue: "lifecycle" }],
      timeline: [
        terminated,
        { at_seconds: 30, interrupt_spot: { instance_ids: [ids[2]] } },
        ...QUEUES.map(({ name }) => ({ at_seconds: 40, send: { queue: name, body: forged } })),
      ],
    });
    for (const { result } of outcome.terminations) expect(result).to.equal("CONTINUE");
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "deregistered").map(({ instance_id }) => instance_id)).to.have.members([
      going,
      ids[2],
    ]);
    expectQuiet(outcome);
    expect(linesOf(outcome, "message set aside")).to.deep.equal([]);
    expect(outcome.simulation.world.firings.counts.get("messages that a queue's policy refused")).to.equal(4);
    expect(refusalsOf(outcome)).to.deep.equal([]);
  });

  it("let the functions set a message aside", async () => {
    const outcome = await play(
      {
        ...world(),
        queues: await queuesWith({ more_roles_that_may_send: [OPERATOR] }),
        timeline: [],
      },
      {
        watch: (simulation) => {
          for (const queue of ["lifecycle", "monitor"])
            simulation.world.queues.byName(queue).deliver("no JSON", roleNamed("operator"));
        },
      },
    );
    for (const queue of ["lifecycle", "monitor"])
      expect(outcome.simulation.world.queues.byName(`${queue}-dead-letters`).messages.size, queue).to.equal(
        1,
      );
    expect(refusalsOf(outcome)).to.deep.equal([]);
  });

  it("let dead letters back by a role that the block names; another's move task fails, and loses nothing", async () => {
    const given = { max_receive_count: 2, visibility_timeout_seconds: 60 };
    const left: number[] = [];
    const outcome = await play(
      {
        ...world(),
        queues: [...(await queuesWith({ more_roles_that_may_send: [OPERATOR] }, given)), { name: "unused" }],
        timeline: [
          terminated,
          // terminate cannot hand over, so SQS gives its message up.
          {
            at_seconds: 35,
            deny: { actions: ["sqs:SendMessage*", "autoscaling:Complete*"], for_seconds: 400 },
          },
          idle(900),
        ],
      },
      {
        watch: (simulation) => {
          const move = (role: string, at: number) =>
            simulation.world.agenda.in(at, () => {
              left.push(lettersOf(simulation));
              const task = new StartMessageMoveTaskCommand({ SourceArn: arn("sqs", LETTERS) });
              void sqsOf(simulation, role).send(task);
            });
          move("stranger", 480_000);
          move("operator", 500_000);
          simulation.world.agenda.in(510_000, () => left.push(lettersOf(simulation)));
        },
      },
    );
    expect(left).to.deep.equal([1, 1, 0]);
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
    expect(linesOf(outcome, "lifecycle action completed", going)).to.have.lengthOf(1);
  });

  it("let an operator whom the block names send on what the original pair's queue has; another keeps it there", async () => {
    const isDrained: Record<string, unknown> = {};
    for (const role of ["operator", "stranger"]) {
      const outcome = await play(
        {
          ...world(),
          // deregister does not tell terminate of it in this time.
          functions: functions({}, [3_000, 40]),
          queues: [
            ...(await queuesWith({ more_roles_that_may_send: [OPERATOR] })),
            { name: "original", visibility_timeout_seconds: 120 },
          ],
          timeline: [terminated],
          ends_after_seconds: 400,
        },
        {
          watch: (simulation) => {
            const { agenda, groups, queues } = simulation.world;
            agenda.in(8_000, () => {
              const [action] = groups.findInstance(going)?.instance.actions ?? [];
              const body = {
                elb_name: "classic",
                instance_id: going,
                auto_scaling_group: "fleet",
                life_cycle_hook_name: "drain",
                lifecycle_action_token: action?.token,
              };
              queues.byName("original").send(JSON.stringify(body), roleNamed("original").id);
            });
            agenda.in(20_000, () => void sendOn(sqsOf(simulation, role)));
          },
        },
      );
      const leftBehind = outcome.simulation.world.queues.byName("original").messages.size;
      isDrained[role] = [leftBehind, outcome.terminations[0]?.result, refusalsOf(outcome)];
      if (role === "operator") expectDrained(outcome, { count: 1 });
    }
    expect(isDrained).to.deep.equal({
      operator: [0, "CONTINUE", []],
      stranger: [1, undefined, ["stranger"]],
    });
  });
});

/** Sends on a message of the original pair's queue: it is deleted there once it is sent. Ends quietly where that is refused. */
async function sendOn(sqs: SQSClient): Promise<void> {
  const urlOf = (name: string) => `https://aws.simulated/123456789012/${name}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf("original") }));
  for (const { Body: MessageBody, ReceiptHandle } of Messages) {
    const sent = await sqs
      .send(new SendMessageCommand({ QueueUrl: urlOf("monitor"), MessageBody }))
      .catch((error: Error) => {
        if (error.name !== "AccessDenied") throw error;
      });
    if (sent) await sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf("original"), ReceiptHandle }));
  }
}
