// Protects the queues of two deployments from being one: a file that has both shows it.
import { expect } from "chai";
import { problemsOfStages } from "../../../../deploy/block/stages.ts";

/** A file, in which `<a>` is the variable a. */
const file = (custom: object, params: object = { live: {}, blue: {} }, provider: object = {}): unknown => {
  const written = { custom: { region: "us-east-1", stage: "<sls:stage>", ...custom }, provider, params };
  return JSON.parse(JSON.stringify(written).replace(/<([^>]*)>/g, (_, name) => `\${${name}}`));
};
const queues = (lifecycle?: string, monitor?: string) => ({
  deregister: { lifecycle_queue_name: lifecycle, elb_monitor_queue_name: monitor },
});
const shared = (key: string, name: string) =>
  `deregister.${key}: expected another queue for each stage in params, found "${name}" for live and blue; leave it out, or put \${sls:stage} into it`;

describe("the stages of one file", () => {
  for (const [why, written, problems] of [
    [
      "names that are the same for both",
      file(queues("in", "out")),
      [shared("lifecycle_queue_name", "in"), shared("elb_monitor_queue_name", "out")],
    ],
    ["one name that is", file(queues("in", "out-<sls:stage>")), [shared("lifecycle_queue_name", "in")]],
    [
      "a parameter that has one name for both",
      file(queues("<param:queue>"), { live: { queue: "in" }, blue: {}, default: { queue: "in" } }),
      [shared("lifecycle_queue_name", "in")],
    ],
    [
      "the queue of one that is the other queue of the other",
      file(queues("<param:in>", "<param:out>"), {
        live: { in: "a", out: "b" },
        blue: { in: "c", out: "a" },
      }),
      [shared("elb_monitor_queue_name", "a")],
    ],
    [
      "names that are left out, and a stage that is one for all",
      file({ stage: "live" }),
      [
        shared("lifecycle_queue_name", "asg-drain-live-lifecycle"),
        shared("elb_monitor_queue_name", "asg-drain-live-monitor"),
      ],
    ],
  ] as const)
    it(`may not have ${why}`, () => expect(problemsOfStages(written)).to.deep.equal(problems));

  for (const [why, written] of [
    ["names that are left out", file({})],
    ["names with the stage in them", file(queues("in-<sls:stage>", "out-<opt:stage, 'live'>"))],
    [
      "names of parameters",
      file(queues("<param:queue>", "b-<param:queue>"), { live: { queue: "a" }, blue: { queue: "c" } }),
    ],
    [
      "the same names in other Regions",
      file(
        { ...queues("in", "out"), region: "<param:region>" },
        { live: { region: "a" }, blue: { region: "b" } },
      ),
    ],
    [
      "the same names by other profiles",
      file(queues("in", "out"), { live: { who: "a" }, blue: { who: "b" } }, { profile: "<param:who>" }),
    ],
    ["the same names, if there is one stage alone", file(queues("in", "out"), { live: {}, default: {} })],
    ["names that another variable decides", file(queues("<env:QUEUE>", "<env:OTHER>"))],
    ["no params", { custom: queues("in", "out") }],
    ["nothing", undefined],
  ] as const)
    it(`may have ${why}`, () => expect(problemsOfStages(written)).to.deep.equal([]));
});
