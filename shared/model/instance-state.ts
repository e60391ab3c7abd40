/** The states of an instance (EC2 API Reference, InstanceState). */
export const EC2_STATES = [
  "pending",
  "running",
  "stopping",
  "stopped",
  "shutting-down",
  "terminated",
] as const;
/** EC2's answers about an instance: its state, or that EC2 does not know it. */
export const INSTANCE_STATES = [...EC2_STATES, "unknown"] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** An instance as EC2 shows it. */
export type Ec2Instance = {
  readonly state: InstanceState;
  /** The Auto Scaling group that launched it, by its tag. A terminated instance may lose its tags after a short while. */
  readonly group: string | undefined;
};
