import type { RealFigure } from "./peer.ts";

/** A drainer that was measured, and that no model stands for. Neither is a Lambda. */
export type NotModelled = {
  readonly name: string;
  readonly why: string;
  readonly measured: readonly Pick<RealFigure, "terminations" | "instances" | "calls">[];
};

/** Drainers that do not drain an ECS cluster's instances by themselves. */
export const NOT_MODELLED: readonly NotModelled[] = [
  {
    name: "buildkite/lifecycled",
    why: "not modelled: it runs on each instance, and receives every termination by SNS through a queue of its own. The drain is left to the operator's script. The simulated AWS has no SNS, and nobody knows what a script calls. Its calls grow with N x C",
    measured: [
      { terminations: 1, instances: 10, calls: 13 },
      { terminations: 20, instances: 20, calls: 588 },
    ],
  },
  {
    name: "aws/aws-node-termination-handler",
    why: "not modelled: it drains nodes of Kubernetes, so on an ECS cluster it has nothing to do. Where it was measured, it waited for 60 s instead, ten instances at a time, so 20 took 124 s",
    measured: [
      { terminations: 1, instances: 10, calls: 9 },
      { terminations: 20, instances: 20, calls: 141 },
    ],
  },
];
