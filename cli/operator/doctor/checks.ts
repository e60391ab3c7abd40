import { alarmChecks } from "./alarms.ts";
import type { Check } from "./check.ts";
import { functionChecks } from "./functions.ts";
import { hookChecks } from "./hooks.ts";
import { nameChecks } from "./names.ts";
import { permissionChecks } from "./permissions.ts";
import { queueChecks } from "./queues.ts";
import { scheduleChecks } from "./schedules.ts";
import { serviceChecks, timeChecks } from "./services.ts";

/** All checks, in the order of the output. */
export const CHECKS: readonly Check[] = [
  ...functionChecks,
  ...scheduleChecks,
  ...queueChecks,
  ...hookChecks,
  ...nameChecks,
  ...permissionChecks,
  ...timeChecks,
  ...serviceChecks,
  ...alarmChecks,
];
