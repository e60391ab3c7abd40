// All attacks: each is a test, and a row of docs/dev/attacks.md.
import type { Attack } from "./attack.ts";
import { ON_MEMORY, WITH_TRUE_TOKEN } from "./on-memory.ts";
import { ON_MESSAGES } from "./on-messages.ts";
import { ON_SETTINGS } from "./on-settings.ts";
import { WITH_QUEUE_NAME_ALONE, WITHOUT_SETTINGS } from "./with-queue-name-alone.ts";
import { WITHOUT_ROLES } from "./without-roles.ts";

export const ATTACKS: readonly Attack[] = [
  ...ON_MEMORY,
  ...ON_MESSAGES,
  ...ON_SETTINGS,
  ...WITH_TRUE_TOKEN,
  ...WITHOUT_ROLES,
  ...WITHOUT_SETTINGS,
  ...WITH_QUEUE_NAME_ALONE,
];
