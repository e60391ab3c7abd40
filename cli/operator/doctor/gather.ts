import { AwsCallError } from "../../../shared/base/errors.ts";
import { VERSION } from "../../../shared/base/version.ts";
import { drainKeysOf, keysOver, ownKeysOf } from "../../../shared/model/settings.ts";
import type { Account } from "../../aws/account.ts";
import { functionReads } from "../../aws/doctor/functions.ts";
import { groupReads } from "../../aws/doctor/groups.ts";
import { queueRead } from "../../aws/doctor/queues.ts";
import { ruleReads } from "../../aws/doctor/rules.ts";
import { type StackReads, stackReads } from "../../aws/doctor/stacks.ts";
import { OptionsError } from "../../options-error.ts";
import { readDeployed } from "../deployed.ts";
import type { UnansweredCalls } from "../not-read.ts";
import { afterRead, both, factReader, fromRead, ifRead, type ReadFact } from "./fact.ts";
import type {
  Fact,
  Facts,
  FunctionFacts,
  FunctionName,
  Given,
  GroupFacts,
  QueueShown,
  RuleShown,
} from "./facts.ts";
import { gatherAlarms } from "./gather-alarms.ts";
import { gatherPlaces } from "./gather-places.ts";
import { gatherRoles } from "./gather-roles.ts";
import { readGiven } from "./given.ts";

/** The tag by which a function tells its version, as serverless.yml sets it. */
const VERSION_TAG = "asg-drain-version";

/** What the doctor is asked. */
export type DoctorOptions = {
  readonly deployment: string;
  /** The stack, where it is not called as the deployment. */
  readonly stack?: string | undefined;
  readonly group?: readonly string[] | undefined;
};

/** Reads all facts, each once. It writes nothing. What could not be read is noted, and is a fact too. */
export async function gather(
  account: Account,
  { deployment: named, stack, group = [] }: DoctorOptions,
  unanswered: UnansweredCalls,
): Promise<Facts> {
  const rules = ruleReads(account);
  const groupsOf = groupReads(account);
  const fact = factReader(unanswered);

  const stacks = stackReads(account);
  const shownStack = await fact(() => stacks.shown(stack ?? named));
  const deployment = (stack !== undefined && (await deploymentIn(stack, stacks.resources))) || named;

  const functions = await gatherFunctions(account, deployment, fact);
  const unreserved = await fact(() => functionReads(account).unreserved());
  const inputs = {
    deregister: inputOf("deregister", functions.deregister),
    terminate: inputOf("terminate", functions.terminate),
    "scale-tasks": inputOf("scale-tasks", functions["scale-tasks"]),
  };

  const queues = await gatherQueues(account, inputs.deregister, fact);
  const lifecycleArn = ifRead(queues.lifecycle)?.arn;

  const groupNames = namesOf(inputs.terminate, group);
  const tag = ifRead(inputs.terminate)?.keys.group_tag;
  const groups = await afterRead(groupNames, (names) =>
    fact(async () => {
      const named = names.length === 0 ? [] : await groupsOf.named(names);
      const tagged = typeof tag === "string" && group.length === 0 ? await groupsOf.tagged(tag) : [];
      const found = [...named, ...tagged.filter(({ name }) => !names.includes(name))];
      return Promise.all(
        found.map(
          async (each): Promise<GroupFacts> => ({
            ...each,
            hooks: await fact(() => groupsOf.hooks(each.name)),
          }),
        ),
      );
    }),
  );
  const queueRules: Fact<readonly RuleShown[]> =
    lifecycleArn === undefined
      ? { unread: "the lifecycle queue could not be read" }
      : await fact(() => rules(lifecycleArn));
  const logged = await fact(() => readDeployed(account.logs, deployment, account.now()));
  const settings = fromRead(both(inputs.deregister, inputs.terminate), ([began, ended]) =>
    keysOver(drainKeysOf(began?.keys ?? {}), ownKeysOf(ended?.keys ?? {})),
  );
  const before = { deployment, functions, inputs, settings, queues, groups };
  const [places, watched] = await Promise.all([
    gatherPlaces(account, before, fact),
    gatherAlarms(account, before, fact),
  ]);
  const ofRoles = await gatherRoles(account, { ...before, clusters: places.clusters }, fact);
  const ahead = account.ahead();
  return {
    ...before,
    ...places,
    ...ofRoles,
    watched,
    stack: shownStack,
    unreserved,
    region: account.region,
    program: VERSION,
    aheadSeconds: ahead === undefined ? { unread: "AWS has not answered" } : { value: ahead / 1_000 },
    queueRules,
    groupNames,
    lastRunAt: fromRead(logged, ({ lastRunAt }) => lastRunAt),
    now: account.now(),
  };
}

// The functions, with what Lambda and EventBridge tell beside: each read by itself.
async function gatherFunctions(
  account: Account,
  deployment: string,
  fact: ReadFact,
): Promise<Facts["functions"]> {
  const lambda = functionReads(account);
  const rules = ruleReads(account);
  const functionOf = async (name: FunctionName): Promise<Fact<FunctionFacts | undefined>> => {
    const shown = await fact(() => lambda.shown(`${deployment}-${name}`));
    const found = ifRead(shown);
    if (found === undefined) return shown as Fact<undefined>;
    const [reserved, eventInvoke, tags, mappings, invoking] = await Promise.all([
      fact(() => lambda.reserved(found.name)),
      fact(() => lambda.eventInvoke(found.name)),
      fact(() => lambda.tags(found.arn)),
      fact(() => lambda.mappings(found.name)),
      fact(() => rules(found.arn)),
    ]);
    const version = fromRead(tags, (all) => all[VERSION_TAG]);
    return { value: { ...found, reserved, eventInvoke, version, mappings, rules: invoking } };
  };
  const [deregister, terminate, scaleTasks] = await Promise.all([
    functionOf("deregister"),
    functionOf("terminate"),
    functionOf("scale-tasks"),
  ]);
  return { deregister, terminate, "scale-tasks": scaleTasks };
}

// The queues that deregister's input names, and those of their dead letters.
async function gatherQueues(
  account: Account,
  input: Fact<Given | undefined>,
  fact: ReadFact,
): Promise<Facts["queues"]> {
  const queues = queueRead(account);
  const queueNamed = (name: Fact<unknown>): Promise<Fact<QueueShown | undefined>> =>
    "unread" in name
      ? Promise.resolve(name)
      : typeof name.value === "string"
        ? fact(() => queues(String(name.value)))
        : Promise.resolve({ unread: "no input names it" });
  const named = (key: string) => queueNamed(fromRead(input, (given) => given?.keys[key]));
  const [lifecycle, monitor] = await Promise.all([
    named("lifecycle_queue_name"),
    named("elb_monitor_queue_name"),
  ]);
  const deadLettersOf = (queue: Fact<QueueShown | undefined>) => {
    const name = fromRead(queue, (each) => each?.deadLetters);
    return "value" in name && name.value === undefined
      ? Promise.resolve({ unread: "no queue names it" })
      : queueNamed(name);
  };
  const [lifecycleDeadLetters, monitorDeadLetters] = await Promise.all([
    deadLettersOf(lifecycle),
    deadLettersOf(monitor),
  ]);
  return { lifecycle, monitor, lifecycleDeadLetters, monitorDeadLetters };
}

// A stack tells by what is in it how its functions are called. Throws an OptionsError where there is no such stack.
async function deploymentIn(stack: string, resources: StackReads["resources"]): Promise<string | undefined> {
  try {
    return (await resources(stack)).get("DeregisterLambdaFunction")?.replace(/-deregister$/, "");
  } catch (error) {
    if (error instanceof AwsCallError && /does not exist/.test(error.message))
      throw new OptionsError(`--stack: expected a stack, found none of the name ${stack}`);
    throw error;
  }
}

// What a schedule sends, of one that is switched on where there are several.
function inputOf(name: FunctionName, shown: Fact<FunctionFacts | undefined>): Fact<Given | undefined> {
  if ("unread" in shown) return shown;
  if (shown.value === undefined) return { value: undefined };
  return fromRead(shown.value.rules, (rules) => {
    const sending = rules.filter(({ input }) => input !== undefined);
    const { input } = sending.find(({ isEnabled }) => isEnabled) ?? sending[0] ?? {};
    return input === undefined ? undefined : readGiven(name, input);
  });
}

function namesOf(input: Fact<Given | undefined>, asked: readonly string[]): Fact<readonly string[]> {
  if (asked.length > 0) return { value: asked };
  return fromRead(input, (given) => {
    const names = given?.keys.auto_scaling_groups;
    return Array.isArray(names) ? names.map(String).filter(Boolean) : [];
  });
}
