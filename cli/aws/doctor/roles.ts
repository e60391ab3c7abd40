import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { call, unless } from "../../../shared/aws/call.ts";
import { OddAnswer } from "../../../shared/base/errors.ts";
import { parseJson } from "../../../shared/base/json.ts";
import type { Asked, RoleShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";
import { isNotFound } from "./not-found.ts";

const SIMULATE = "iam:SimulatePrincipalPolicy";

/** What the doctor reads of IAM. Each read throws an AwsCallError. */
export type RoleReads = {
  /** The role of an ARN. Undefined if there is none. */
  readonly shown: (arn: string) => Promise<RoleShown | undefined>;
  /** Which of the actions the role's policies do not allow on a resource. */
  readonly denied: (arn: string, asked: Asked) => Promise<string[]>;
};

type Trust = {
  readonly Statement?: readonly { readonly Effect?: string; readonly Principal?: unknown }[];
};

/** IAM through the SDK. */
export function roleReads({ open }: Pick<Account, "open">): RoleReads {
  const client = open(IAMClient);
  return {
    async shown(arn) {
      const answer = await unless(isNotFound, () =>
        call("iam:GetRole", () => client.send(new GetRoleCommand({ RoleName: arn.split("/").at(-1) }))),
      );
      if (!answer?.Role) return undefined;
      const { RoleId = "", AssumeRolePolicyDocument = "" } = answer.Role;
      const trust = parseJson(decodeURIComponent(AssumeRolePolicyDocument)) as Trust | undefined;
      const allowed = (trust?.Statement ?? []).filter(({ Effect }) => Effect === "Allow");
      return {
        arn,
        id: RoleId,
        trusted: allowed.flatMap(({ Principal }) =>
          [(Principal as { Service?: string[] })?.Service ?? []].flat(),
        ),
      };
    },
    async denied(PolicySourceArn, { actions, resource, context }) {
      const ContextEntries = Object.entries(context).map(([ContextKeyName, value]) => ({
        ContextKeyName,
        ContextKeyValues: [value],
        ContextKeyType: "string" as const,
      }));
      const denied: string[] = [];
      let Marker: string | undefined;
      do {
        const from: string | undefined = Marker;
        const answer = await call(SIMULATE, () =>
          client.send(
            new SimulatePrincipalPolicyCommand({
              PolicySourceArn,
              ActionNames: [...actions],
              ResourceArns: [resource],
              ...(ContextEntries.length > 0 ? { ContextEntries } : {}),
              Marker: from,
            }),
          ),
        );
        for (const { EvalActionName = "", EvalDecision } of answer.EvaluationResults ?? [])
          if (EvalDecision !== "allowed") denied.push(EvalActionName);
        Marker = answer.IsTruncated ? answer.Marker : undefined;
        if (Marker !== undefined && Marker === from) throw new OddAnswer(SIMULATE, "Marker", Marker);
      } while (Marker !== undefined);
      return denied;
    },
  };
}
