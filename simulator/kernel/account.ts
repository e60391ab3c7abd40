import { createHash } from "node:crypto";

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

/** IAM's unique id of a role, by the role's name or by an access key that it gave out. */
export function roleIdOf(name: string): string {
  return `AROA${uniqueIdOf(name)}`;
}

/** IAM's unique id of a user, by the user's name or by an access key of the user's. */
export function userIdOf(name: string): string {
  return `AIDA${uniqueIdOf(name)}`;
}

/** A caller under the role of a name, as IAM's `aws:userid` has it. Lambda names a session after its function. */
export function sessionIdOf(name: string): string {
  return `${roleIdOf(name)}:${name}`;
}

/** A user, or a role that somebody or something has taken on, as IAM knows them. */
export type Principal = {
  /** IAM's `aws:userid`, which SQS keeps as the sender of a message. */
  readonly id: string;
  /** IAM's `aws:PrincipalArn`. Of a role it is the role's, whatever the session. */
  readonly arn: string;
};

/** A service of AWS that calls in its own name, on behalf of one of its resources. */
export type ServicePrincipal = {
  readonly id: string;
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  /** IAM's `aws:SourceArn`. */
  readonly sourceArn: string;
};

/** The principal of a role's name. */
export function roleNamed(name: string): Principal {
  return { id: sessionIdOf(name), arn: `arn:aws:iam::${ACCOUNT}:role/${name}` };
}

/** The principal of a user's name. */
export function userNamed(name: string): Principal {
  return { id: userIdOf(name), arn: `arn:aws:iam::${ACCOUNT}:user/${name}` };
}

/** A service of AWS by its short name, such as `events`. */
export function serviceNamed(name: string, sourceArn: string): ServicePrincipal {
  return { id: userIdOf(name), service: `${name}.amazonaws.com`, sourceArn };
}

/** Who calls with an access key, which stands for a name here. The keys of a role begin with ASIA. */
export function callerOf(accessKey: string): Principal {
  return accessKey.startsWith("ASIA") ? roleNamed(accessKey) : userNamed(accessKey);
}

// After its prefix, an id has 17 upper case letters and digits (IAM User Guide, "IAM identifiers").
function uniqueIdOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 17).toUpperCase();
}

/** An ARN in the simulated account and Region. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** What follows the last colon and slash of an ARN: the bare name or id. A bare name comes back as it is. */
export function nameOf(arnOrName: string): string {
  return arnOrName.slice(Math.max(arnOrName.lastIndexOf("/"), arnOrName.lastIndexOf(":")) + 1);
}
