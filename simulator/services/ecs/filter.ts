import { AwsError, NotSimulated } from "../../wire/errors.ts";
import type { ContainerInstance } from "./model.ts";

type Predicate = (containerInstance: ContainerInstance, moment: number) => boolean;

type Subject = (containerInstance: ContainerInstance, moment: number) => string;

const SUBJECTS: Record<string, Subject> = {
  ec2InstanceId: ({ instanceId }) => instanceId,
  agentConnected: ({ agentConnected }, moment) => String(agentConnected.at(moment)),
};

const ATTRIBUTE = "attribute:";

// An attribute that an instance does not have is equal to nothing.
function attribute(name: string): Subject {
  return ({ attributes }) => attributes.get(name) ?? "";
}

const COMPARISON =
  /^(?<subject>[\w:.-]+)\s*(?<operator>==|equals|!=|not_equals|!in|not_in|in)\s*(?<operand>\[[^\]]*\]|'[^']*'|"[^"]*"|[\w.-]+)$/;

/**
 * Reads an expression of the cluster query language: comparisons of `ec2InstanceId`, `agentConnected` and attributes joined
 * by `and` (Amazon ECS Developer Guide, "Cluster query language"). Throws InvalidParameterException for what is no
 * expression, NotSimulated for a subject or a join that is real but not simulated.
 */
export function readFilter(expression: string): Predicate {
  if (/(?:\)|\s|^)(?:or|\|\||not|!)\s*(?:\(|\s)/.test(expression))
    throw new NotSimulated(`the filter ${expression}`);
  const predicates = expression.split(/\s+(?:and|&&)\s+/).map((part) => readComparison(part.trim()));
  return (containerInstance, moment) => predicates.every((holds) => holds(containerInstance, moment));
}

function readComparison(text: string): Predicate {
  const groups = COMPARISON.exec(text)?.groups;
  if (!groups) throw new AwsError("InvalidParameterException", `Invalid filter expression: ${text}`);
  const { subject = "", operator = "", operand = "" } = groups;
  const read = subject.startsWith(ATTRIBUTE) ? attribute(subject.slice(ATTRIBUTE.length)) : SUBJECTS[subject];
  if (!read) throw new NotSimulated(`the filter subject ${subject}`);
  const values = new Set(
    operand
      .replace(/^\[|\]$/g, "")
      .split(",")
      .map((value) => value.trim().replace(/^['"]|['"]$/g, "")),
  );
  const negated = operator.startsWith("!") || operator.startsWith("not");
  return (containerInstance, moment) => values.has(read(containerInstance, moment)) !== negated;
}
