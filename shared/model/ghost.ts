import type { Ec2Instance } from "./instance-state.ts";
import type { ContainerInstance } from "./tasks.ts";

/** A container instance that a sweep found with its agent silent, and EC2's word. Undefined if EC2 does not know the instance. */
export type Suspect = {
  readonly cluster: string;
  readonly containerInstance: ContainerInstance;
  readonly instance: Ec2Instance | undefined;
};

/** Why a sweep leaves a ghost in its cluster. */
export type LeftReason =
  | { readonly why: "unknown to EC2" }
  | { readonly why: "no group" }
  | { readonly why: "another group"; readonly group: string }
  | { readonly why: "never"; readonly group: string };

/** What a sweep does about a ghost. */
export type GhostDecision =
  | { readonly kind: "take out"; readonly group: string }
  | { readonly kind: "left"; readonly reason: LeftReason };
