import { deregisterInput } from "../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../functions/scale-tasks/input.ts";
import { terminateInput } from "../functions/terminate/input.ts";

/** The schema that a function reads its input by. scale-tasks takes one service, or several. */
export function inputSchemaOf(name: "deregister" | "terminate" | "scale-tasks", input: object) {
  if (name === "deregister") return deregisterInput;
  if (name === "terminate") return terminateInput;
  return "services" in input ? scaleManyInput : scaleTasksInput;
}
