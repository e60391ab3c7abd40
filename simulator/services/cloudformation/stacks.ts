import { arn } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";

/** A stack, with what it made. */
export type Stack = {
  readonly name: string;
  status: string;
  outputs: Record<string, string>;
  /** The resources' types and physical ids, by their logical ids. */
  readonly resources: Map<string, { readonly type: string; readonly physicalId: string }>;
};

/** The account's stacks, as CloudFormation's reads show them. */
export class Stacks {
  readonly #stacks = new Map<string, Stack>();

  put(stack: Stack): void {
    this.#stacks.set(stack.name, stack);
  }

  get all(): readonly Stack[] {
    return [...this.#stacks.values()];
  }

  /** The stack of that name. Throws as DescribeStacks does. */
  byName(name: string): Stack {
    const found = this.#stacks.get(name);
    if (!found) throw new AwsError("ValidationError", `Stack with id ${name} does not exist`, 400);
    return found;
  }
}

/** A stack's ARN. */
export function stackArn({ name }: Stack): string {
  return arn("cloudformation", `stack/${name}/8d7b2f3e-0000-4000-8000-000000000000`);
}
