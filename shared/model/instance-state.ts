/** EC2's answers about an instance: its state, or that EC2 does not know it. */
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
