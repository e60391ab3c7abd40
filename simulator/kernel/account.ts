/** The simulated account and Region: those that every example of AWS uses. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"] as const;

/** The VPC of all that names none. */
export const DEFAULT_VPC = "vpc-0a1b2c3d";

/** The id of the VPC that a scenario calls by a name. Undefined stands for the one that is not named. */
export function vpcIdOf(name: string | undefined): string {
  return name === undefined ? DEFAULT_VPC : `vpc-${name}`;
}

/** An ARN in the simulated account and Region. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** What follows the last colon and slash of an ARN: the bare name or id. A bare name comes back as it is. */
export function nameOf(arnOrName: string): string {
  return arnOrName.slice(Math.max(arnOrName.lastIndexOf("/"), arnOrName.lastIndexOf(":")) + 1);
}
