// Protects drains from a task status that most lists of statuses leave out: ECS can show a task that has ended as DELETED.
import { expect } from "chai";
import { expectDrained, expectQuiet, functions, HOOK, instanceIds, play } from "./fixture.ts";

const ids = instanceIds(2);
const [leaving] = ids as [string];

type Task = Readonly<Record<string, unknown>>;

/** A service behind its own target group, of type ip where its tasks have their own addresses, and a standalone task. */
const fleet = (task: Task) => ({
  functions: functions({ cluster_name: "main", stop_tasks: "all" }),
  target_groups: [
    {
      name: "web",
      port: 80,
      deregistration_delay_seconds: 20,
      target_type: task.network_mode === "awsvpc" ? "ip" : "instance",
    },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "web",
          desired_count: 2,
          load_balancers: [{ target_group: "web", container_port: 3000 }],
          task: { ports: [{ container_port: 3000 }], ...task },
        },
        { name: "log", scheduling_strategy: "DAEMON", task },
      ],
    },
  ],
  tasks: [{ cluster: "main", instance_ids: [leaving], task: { deleted_seconds: task.deleted_seconds } }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }],
});

describe("scenarios: tasks that ECS shows as DELETED", () => {
  for (const [name, task] of Object.entries<Task>({
    "as soon as they stop": { deleted_seconds: 0 },
    "a moment after they stop": { deleted_seconds: 3 },
    "with addresses of their own": { deleted_seconds: 0, network_mode: "awsvpc" },
  })) {
    it(`${name}: they hold the drain no longer than those that stay STOPPED`, async () => {
      const [outcome, stopped] = [
        await play(fleet(task), { seed: 1 }),
        await play(fleet({ ...task, deleted_seconds: 3600 }), { seed: 1 }),
      ];
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expect(outcome.terminations[0]?.completedAt).to.equal(stopped.terminations[0]?.completedAt);
    });
  }
});
