import type * as ecs from "@aws-sdk/client-ecs";
import { AwsError } from "../../wire/errors.ts";
import { readFilter } from "./filter.ts";
import type { PlacementConstraint } from "./model.ts";

/** The paths of placement constraints in a request. */
export const CONSTRAINTS = ["type", "expression"].map((each) => `placementConstraints[].${each}`);

/** The placement constraints of a request. Throws InvalidParameterException. */
export function readConstraints(given: readonly ecs.PlacementConstraint[] = []): PlacementConstraint[] {
  return given.map(({ type, expression }) => {
    if (type !== "distinctInstance" && type !== "memberOf")
      throw new AwsError("InvalidParameterException", `Invalid placement constraint type: ${type}`);
    if ((type === "memberOf") !== (expression !== undefined))
      throw new AwsError("InvalidParameterException", "Only memberOf has an expression, and needs one.");
    return { type, expression, matches: expression === undefined ? undefined : readFilter(expression) };
  });
}
