/** What EC2 says of an instance: one of its states, or that it does not know it. */
export const INSTANCE_STATES = [
  "pending",
  "running",
  "stopping",
  "stopped",
  "shutting-down",
  "terminated",
  "unknown",
] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];
