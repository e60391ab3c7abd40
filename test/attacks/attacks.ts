// All attacks: each is a test, and a row of docs/dev/attacks.md.
import type { Attack } from "./attack.ts";
import { ON_MEMORY } from "./on-memory.ts";
import { ON_MESSAGES } from "./on-messages.ts";

export const ATTACKS: readonly Attack[] = [...ON_MEMORY, ...ON_MESSAGES];
