import type { Bug } from "./bug.ts";
import { IN_ADAPTERS } from "./in-adapters.ts";
import { IN_DRAINS } from "./in-drains.ts";
import { IN_HANDLERS } from "./in-handlers.ts";

/** All that is planted, one at a time. */
export const BUGS: readonly Bug[] = [...IN_ADAPTERS, ...IN_DRAINS, ...IN_HANDLERS];
