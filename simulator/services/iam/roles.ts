import { roleIdOf, roleNamed } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import type { PolicyStatement } from "./evaluate.ts";

/** A role, with what its policies say. */
export type Role = {
  readonly name: string;
  /** The services that may take it on, such as `lambda.amazonaws.com`. */
  trusted: string[];
  /** Its policies' statements. Undefined stands for all that its owner does: calls here are not checked against any. */
  statements: PolicyStatement[] | undefined;
};

/** The account's roles, as IAM's reads show them. */
export class Roles {
  readonly #roles = new Map<string, Role>();

  create(name: string, trusted: readonly string[]): Role {
    const made: Role = { name, trusted: [...trusted], statements: undefined };
    this.#roles.set(name, made);
    return made;
  }

  remove(name: string): void {
    this.#roles.delete(name);
  }

  /** The role of that name. Throws NoSuchEntityException. */
  byName(name: string): Role {
    const found = this.#roles.get(name);
    if (!found) throw new AwsError("NoSuchEntityException", `The role with name ${name} cannot be found.`);
    return found;
  }

  /** The role of that ARN. Throws NoSuchEntityException. */
  byArn(arn: string): Role {
    return this.byName(arn.slice(arn.lastIndexOf("/") + 1));
  }
}

/** What IAM shows of a role. */
export function identityOf({ name }: Role): { readonly arn: string; readonly id: string } {
  return { arn: roleNamed(name).arn, id: roleIdOf(name) };
}
