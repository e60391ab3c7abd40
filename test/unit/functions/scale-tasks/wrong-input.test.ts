// Protects what a user is told about a wrong input of scale-tasks, in both of its forms.
import { expect } from "chai";
import { scaleTasks } from "../../../../functions/scale-tasks/scale-tasks.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { thrownBy } from "../../thrown.ts";

const web = { cluster_name: "main", service_name: "web", min_task_count: 2, n_count: 1 };
const scaleInputs: [string, unknown, string][] = [
  ["nothing at all", undefined, "(the whole): expected an object with the function's input, found nothing"],
  ["a string", "web", '(the whole): expected an object with the function\'s input, found "web"'],
  [
    "a list of services that is not named",
    [web],
    '(the whole): expected an object with the function\'s input, found [{"cluster_name":"main","service_name":"web","min_task_count… (77 characters)',
  ],
  [
    "no keys: all four are named",
    {},
    "cluster_name: expected the name or ARN of an ECS cluster, found nothing; service_name: expected the name of an ECS service, found nothing; min_task_count: expected a whole number from 0 on, found nothing; n_count: expected a whole number from 0 on, found nothing",
  ],
  [
    "a service's ARN",
    { ...web, service_name: "arn:aws:ecs:us-east-1:123456789012:service/main/web" },
    'service_name: expected the name of an ECS service, found "arn:aws:ecs:us-east-1:123456789012:service/main/web"',
  ],
  [
    "a negative min_task_count",
    { ...web, min_task_count: -1 },
    "min_task_count: expected a whole number from 0 on, found -1",
  ],
  ["a broken n_count", { ...web, n_count: 0.5 }, "n_count: expected a whole number from 0 on, found 0.5"],
  ["n_count as text", { ...web, n_count: "1" }, 'n_count: expected a whole number from 0 on, found "1"'],
  ["a key that is misspelt", { ...web, n_counts: 1 }, "n_counts: unknown key; did you mean n_count?"],
  ["dry_run as text", { ...web, dry_run: "yes" }, 'dry_run: expected true or false, found "yes"'],
  ["services as an object", { services: web }, `services: expected a list of services, found ${quoted(web)}`],
  ["services: null", { services: null }, "services: expected a list of services, found null"],
  [
    "both forms at once",
    { ...web, services: [web] },
    "cluster_name: unknown key; service_name: unknown key; min_task_count: unknown key; n_count: unknown key",
  ],
  [
    "a name among the services",
    { services: [web, "edge"] },
    'services[1]: expected an object with a service\'s keys, found "edge"',
  ],
  [
    "what is wrong in several services, each by its place",
    {
      services: [
        { ...web, n_count: -1 },
        { ...web, cluster_name: "" },
        { ...web, spare: 1 },
      ],
    },
    'services[0].n_count: expected a whole number from 0 on, found -1; services[1].cluster_name: expected the name or ARN of an ECS cluster, found ""; services[2].spare: unknown key',
  ],
  [
    "dry_run of one service: it is one switch for all",
    { services: [{ ...web, dry_run: true }] },
    "services[0].dry_run: unknown key",
  ],
];

function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, 60)}… (${text.length} characters)`;
}

describe("wrong inputs of scale-tasks", () => {
  for (const [what, input, message] of scaleInputs) {
    it(what, async () => {
      const { ports, lines } = untouchablePorts();
      const untouched = { ...ports, ecs: undefined as never, scaling: undefined as never };
      expect(await thrownBy(() => scaleTasks(input, untouched))).to.equal(
        `InputError: scale-tasks: the scheduled event's input is wrong: ${message}`,
      );
      expect(lines).to.deep.equal([["error", "input refused", { reason: message }]]);
    });
  }
});
