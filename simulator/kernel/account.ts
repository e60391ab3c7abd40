/** The simulated account and Region: those that every example of AWS uses. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"] as const;

/** An ARN in the simulated account and Region. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** What follows the last colon and slash of an ARN: the bare name or id. A bare name comes back as it is. */
export function nameOf(arnOrName: string): string {
  return arnOrName.slice(Math.max(arnOrName.lastIndexOf("/"), arnOrName.lastIndexOf(":")) + 1);
}
