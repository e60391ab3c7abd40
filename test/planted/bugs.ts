import type { Bug } from "./bug.ts";
import { IN_ADAPTERS } from "./in-adapters.ts";
import { IN_CALLS } from "./in-calls.ts";
import { IN_CLUSTERS } from "./in-clusters.ts";
import { IN_HOOKS } from "./in-hooks.ts";
import { IN_MESSAGES } from "./in-messages.ts";
import { IN_NOTICES } from "./in-notices.ts";
import { IN_ODD_ANSWERS } from "./in-odd-answers.ts";
import { IN_PASSES } from "./in-passes.ts";
import { IN_PORTS } from "./in-ports.ts";
import { IN_PROOFS } from "./in-proofs.ts";
import { IN_QUEUES } from "./in-queues.ts";
import { IN_RULES } from "./in-rules.ts";
import { IN_RUNS } from "./in-runs.ts";
import { IN_SETTINGS } from "./in-settings.ts";
import { IN_TIMES } from "./in-times.ts";

/** All that is planted, one at a time. */
export const BUGS: readonly Bug[] = [
  ...IN_ADAPTERS,
  ...IN_PORTS,
  ...IN_QUEUES,
  ...IN_RULES,
  ...IN_PASSES,
  ...IN_MESSAGES,
  ...IN_RUNS,
  ...IN_ODD_ANSWERS,
  ...IN_SETTINGS,
  ...IN_PROOFS,
  ...IN_TIMES,
  ...IN_CLUSTERS,
  ...IN_HOOKS,
  ...IN_NOTICES,
  ...IN_CALLS,
];
