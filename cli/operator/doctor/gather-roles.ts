import type { Account } from "../../aws/account.ts";
import { roleReads } from "../../aws/doctor/roles.ts";
import { afterRead, both, fromRead, ifRead, type ReadFact } from "./fact.ts";
import type { Before, Fact, Facts, FunctionName, Permission, RoleShown } from "./facts.ts";
import { scaledIn } from "./gather-places.ts";
import { type Need, needsOf, needsOfHook } from "./needs.ts";

/** Reads the roles of the functions and of the hooks, and asks IAM what they may do. */
export async function gatherRoles(
  account: Account,
  before: Before & Pick<Facts, "clusters">,
  fact: ReadFact,
): Promise<Pick<Facts, "roles" | "permissions">> {
  const iam = roleReads(account);
  const { functions, groups, queues } = before;
  const shown = Object.values(functions).flatMap((each) => ifRead(each) ?? []);
  const hookRoles = (ifRead(groups) ?? []).flatMap(({ hooks }) =>
    (ifRead(hooks) ?? []).flatMap(({ role, target }) =>
      role !== undefined && target !== undefined && target === ifRead(queues.lifecycle)?.arn ? [role] : [],
    ),
  );
  const arns = [...new Set([...shown.map(({ role }) => role), ...hookRoles])];
  const roles = new Map<string, Fact<RoleShown | undefined>>(
    await Promise.all(arns.map(async (arn) => [arn, await fact(() => iam.shown(arn))] as const)),
  );
  const [first] = shown;
  if (first === undefined) return { roles, permissions: noFunction(functions) };
  const all = both(both(groups, before.settings), both(queues.lifecycle, queues.monitor));
  if ("unread" in all) return { roles, permissions: all };
  if ("unread" in before.clusters) return { roles, permissions: before.clusters };
  const [[found, settings], [lifecycle, monitor]] = all.value;
  // Of a cluster that there is not, another check tells. One that could not be read may be there.
  const clusters = before.clusters.value.flatMap(({ name, found }) =>
    "unread" in found ? [name] : (found.value?.arn ?? []),
  );
  const needs = needsOf({
    functionArn: first.arn,
    deployment: before.deployment,
    settings,
    clusters,
    groups: found,
    lifecycle,
    monitor,
    eventBus: textIn(before, "terminate", "event_bus"),
    replaces: ["on_rebalance", "on_maintenance"].some(
      (key) => textIn(before, "terminate", key) === "replace",
    ),
    scaled: scaledIn(before.inputs["scale-tasks"]),
  });
  const ofHooks = lifecycle
    ? [...new Set(hookRoles)].flatMap((role) => needsOfHook(lifecycle).map((need) => ({ need, role })))
    : [];
  const permissions = await Promise.all([
    ...needs.map((need) => permissionsOf({ need, role: roleOf(functions, need.of) }, iam.denied, fact)),
    ...ofHooks.map(({ need, role }) => permissionsOf({ need, role: { value: role } }, iam.denied, fact)),
  ]);
  return { roles, permissions: { value: [...permissions.flat(), ...unknownNeeds(before)] } };
}

function noFunction({ terminate }: Before["functions"]): Facts["permissions"] {
  return "unread" in terminate ? terminate : { unread: "there is no function" };
}

/** The ARN of a function's role. */
function roleOf(functions: Before["functions"], name: string): Fact<string> {
  const found = functions[name as FunctionName];
  if ("unread" in found) return found;
  return found.value === undefined ? { unread: "there is no such function" } : { value: found.value.role };
}

// What is needed of nobody knows whom, because that could not be read.
function unknownNeeds({ groups, inputs }: Before): Permission[] {
  const unknown = (check: string, of: string, { unread }: { readonly unread: string }): Permission => ({
    check,
    of,
    role: "",
    action: "",
    resource: "",
    isAllowed: { unread },
  });
  const hooks = (ifRead(groups) ?? []).flatMap((each) => ("unread" in each.hooks ? [each.hooks] : []));
  const scaled = inputs["scale-tasks"];
  return [
    ...hooks.map((each) => unknown("permission-hook", "the hook", each)),
    ...("unread" in scaled ? [unknown("permission-scale", "scale-tasks", scaled)] : []),
  ];
}

async function permissionsOf(
  { need, role }: { readonly need: Need; readonly role: Fact<string> },
  read: (role: string, need: Need) => Promise<string[]>,
  fact: ReadFact,
): Promise<Permission[]> {
  const denied = await afterRead(role, (arn) => fact(() => read(arn, need)));
  return need.actions.map((action) => ({
    check: need.check,
    of: need.of,
    role: ifRead(role) ?? "",
    action,
    resource: need.resource,
    isAllowed: fromRead(denied, (all) => !all.includes(action)),
  }));
}

function textIn({ inputs }: Before, name: FunctionName, key: string): string | undefined {
  const value = ifRead(inputs[name])?.keys[key];
  return typeof value === "string" ? value : undefined;
}
