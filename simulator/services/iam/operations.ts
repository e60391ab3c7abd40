import * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { type Asked, decide, missingKeys } from "./evaluate.ts";
import { identityOf, type Role, type Roles } from "./roles.ts";

/** How many results a page has at the most. */
const RESULTS = 1_000;
/** When a role that is read was made. */
const CREATED = new Date("2026-01-01T00:00:00Z");

/** The simulated IAM: roles are read, and what they may do. */
export function iamService({ roles }: { readonly roles: Roles }): Service {
  const get = ({ RoleName = "" }: iam.GetRoleRequest) => ({ Role: presentRole(roles.byName(RoleName)) });

  const simulate = (input: iam.SimulatePrincipalPolicyRequest, { paging }: Call) => {
    const {
      PolicySourceArn = "",
      ActionNames = [],
      ResourceArns = ["*"],
      Marker: token,
      MaxItems: size,
    } = input;
    const wrong = ActionNames.find((each) => !/^[\w-]+:[\w*?]+$/.test(each));
    if (wrong !== undefined) throw new AwsError("InvalidInputException", `Invalid Entity Action: ${wrong}`);
    const role = roles.byArn(PolicySourceArn);
    const context = new Map(
      (input.ContextEntries ?? []).map(({ ContextKeyName = "", ContextKeyValues = [] }) => [
        ContextKeyName,
        ContextKeyValues,
      ]),
    );
    const asked = ActionNames.flatMap((action) =>
      ResourceArns.map((resource) => ({ action, resource, context })),
    );
    const request = { size, most: RESULTS, token, invalidCode: "InvalidInputException" };
    const { items, next } = page(asked, request, paging);
    return {
      EvaluationResults: items.map((each) => evaluated(role, each)),
      IsTruncated: next !== undefined,
      ...(next === undefined ? {} : { Marker: next }),
    };
  };

  const entry = ["ContextKeyName", "ContextKeyValues[]", "ContextKeyType"].map(
    (key) => `ContextEntries[].${key}`,
  );
  return {
    name: "iam",
    protocol: {
      kind: "query",
      version: "2010-05-08",
      namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    },
    errors: errorSchemas(iam),
    invalidParameterCode: "ValidationError",
    operations: byName([
      operation(iam.GetRole$, ["RoleName"], get),
      operation(
        iam.SimulatePrincipalPolicy$,
        ["PolicySourceArn", "ActionNames[]", "ResourceArns[]", ...entry, "MaxItems", "Marker"],
        simulate,
      ),
    ]),
  };
}

function evaluated({ statements }: Role, asked: Asked): iam.EvaluationResult {
  return {
    EvalActionName: asked.action,
    EvalResourceName: asked.resource,
    EvalDecision: statements === undefined ? "allowed" : decide(statements, asked),
    MatchedStatements: [],
    MissingContextValues: missingKeys(statements ?? [], asked),
  };
}

function presentRole(role: Role): iam.Role {
  const { arn, id } = identityOf(role);
  const document = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: role.trusted }, Action: "sts:AssumeRole" }],
  };
  return {
    Path: "/",
    RoleName: role.name,
    RoleId: id,
    Arn: arn,
    CreateDate: CREATED,
    // IAM gives it as a URL has it (IAM API Reference, "Role").
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(document)),
  };
}
