import { arn, roleNamed } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";

/** How Lambda keeps and repeats what invokes a function asynchronously, as a schedule does. */
type EventInvokeConfig = { maximumRetryAttempts: number; maximumEventAgeSeconds: number };

/** What Lambda polls for a function. */
export type EventSourceMapping = {
  readonly id: string;
  sourceArn: string;
  isEnabled: boolean;
  batchSize: number;
  maximumConcurrency: number | undefined;
  reportsFailures: boolean;
};

/** A function as it is deployed. What somebody could change by hand can be changed. */
export type LambdaFunction = {
  readonly name: string;
  timeoutSeconds: number;
  memoryMegabytes: number;
  role: string;
  environment: Record<string, string>;
  tags: Record<string, string>;
  state: "Active" | "Inactive" | "Failed";
  updateStatus: "Successful" | "Failed" | "InProgress";
  reservedConcurrency: number | undefined;
  eventInvoke: EventInvokeConfig | undefined;
  readonly mappings: EventSourceMapping[];
};

/** What is needed to deploy a function; the rest is as the template has it. */
type Given = Pick<LambdaFunction, "name" | "timeoutSeconds" | "environment" | "tags"> & {
  /** The name of its role. */
  readonly role: string;
};

/** The account's functions, as Lambda's reads show them. Nothing here runs. */
export class LambdaFunctions {
  /** How many executions at once the account may have (Lambda Developer Guide, "Lambda quotas"). */
  concurrency = 1_000;
  readonly #functions = new Map<string, LambdaFunction>();

  deploy({ role, ...given }: Given): LambdaFunction {
    const made: LambdaFunction = {
      ...given,
      memoryMegabytes: 256,
      role: roleNamed(role).arn,
      state: "Active",
      updateStatus: "Successful",
      reservedConcurrency: undefined,
      eventInvoke: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
      mappings: [],
    };
    this.#functions.set(made.name, made);
    return made;
  }

  remove(name: string): void {
    this.#functions.delete(name);
  }

  /** The function of that name or ARN. Throws ResourceNotFoundException. */
  byName(nameOrArn: string): LambdaFunction {
    const name = nameOrArn.replace(/^arn:.*:function:/, "");
    const found = this.#functions.get(name);
    if (!found)
      throw new AwsError("ResourceNotFoundException", `Function not found: ${functionArn({ name })}`);
    return found;
  }

  get all(): readonly LambdaFunction[] {
    return [...this.#functions.values()];
  }
}

/** A function's ARN. */
export function functionArn({ name }: Pick<LambdaFunction, "name">): string {
  return arn("lambda", `function:${name}`);
}
