import { objectIn } from "../../../shared/model/settings.ts";
import { NotChecked } from "./check.ts";

type Texts = string | readonly string[];
type Statement = {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
};

/** The statements of a queue's policy about sending. None where the queue has no policy. */
function sending(policy: string | undefined): Statement[] {
  if (policy === undefined) return [];
  const { Statement: all = [] } = (objectIn(policy) ?? {}) as {
    readonly Statement?: Statement | readonly Statement[];
  };
  return [all]
    .flat()
    .filter(({ Action = [] }) => [Action].flat().some((each) => /^(\*|sqs:(\*|SendMessage))$/i.test(each)));
}

/**
 * Whether a queue's policy denies a role to send. Throws a NotChecked for a Deny with a condition that is not understood here: it may be
 * about the role, or not.
 */
export function deniesRole(policy: string | undefined, role: string): boolean {
  return sending(policy)
    .filter(({ Effect, Principal }) => Effect === "Deny" && isMeant(Principal, role))
    .some(({ Condition = {} }) =>
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) => holds(operator, key, [values].flat(), role)),
      ),
    );
}

function isMeant(principal: unknown, role: string): boolean {
  if (principal === "*") return true;
  const { AWS = [] } = (principal ?? {}) as { readonly AWS?: Texts };
  return [AWS].flat().some((each) => each === "*" || each === role);
}

// Of what a role sends, with itself as its ARN, and with no service behind it.
function holds(operator: string, key: string, values: readonly string[], role: string): boolean {
  const name = operator.replace(/IfExists$/, "");
  if (key === "aws:PrincipalIsAWSService" && name === "Bool") return values.includes("false");
  if (key !== "aws:PrincipalArn")
    throw new NotChecked(`a queue's policy has a Deny by ${key}, which is not understood here`);
  const isOne = values.some((each) => isLike(role, each));
  if (/^(Arn|String)(Equals|Like)$/.test(name)) return isOne;
  if (/^(Arn|String)Not(Equals|Like)$/.test(name)) return !isOne;
  throw new NotChecked(`a queue's policy has a Deny with ${operator}, which is not understood here`);
}

/** Whether a queue's policy denies sending to all roles but some. */
export function deniesOthers(policy: string | undefined): boolean {
  return sending(policy).some(
    ({ Effect, Condition = {} }) =>
      Effect === "Deny" &&
      Object.entries(Condition).some(
        ([operator, keys]) => /Not(Equals|Like)/.test(operator) && Object.hasOwn(keys, "aws:PrincipalArn"),
      ),
  );
}

/** Whether a queue's policy lets everybody send, without a condition. */
export function allowsAll(policy: string | undefined): boolean {
  return sending(policy).some(
    ({ Effect, Principal, Condition = {} }) =>
      Effect === "Allow" &&
      (Principal === "*" || JSON.stringify(Principal) === '{"AWS":"*"}') &&
      Object.keys(Condition).length === 0,
  );
}

function isLike(text: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`).test(text);
}
