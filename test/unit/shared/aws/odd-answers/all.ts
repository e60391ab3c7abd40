import { OF_AUTO_SCALING } from "./auto-scaling.ts";
import { OF_EC2 } from "./ec2.ts";
import { OF_ECS } from "./ecs.ts";
import { OF_LOAD_BALANCERS } from "./load-balancers.ts";
import type { OddRow } from "./row.ts";
import { OF_SQS } from "./sqs.ts";

/** All odd answers that there is a test for. */
export const ODD_ANSWERS: readonly OddRow[] = [
  ...OF_AUTO_SCALING,
  ...OF_ECS,
  ...OF_LOAD_BALANCERS,
  ...OF_EC2,
  ...OF_SQS,
];
