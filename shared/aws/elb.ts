import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingClient,
  type InstanceState,
  type LoadBalancerDescription,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import type { BatchResult } from "../base/batches.ts";
import { AwsCallError, OddAnswer } from "../base/errors.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { RegisteredTarget, Target } from "../model/registration.ts";
import { allItems, fieldOf, fieldsOf, oddUnless } from "./answers.ts";
import { type Call, call, unlessGone } from "./call.ts";
import type { LoadBalancerPort } from "./load-balancer-port.ts";

/** How many a page has at the most (the SDK model's limit). */
const LIST_LIMIT = 400;
const BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
const HEALTH = "elasticloadbalancing:DescribeInstanceHealth";
// The description alone tells that an instance is out, or that it drains. An instance that is out is never InService: either it
// drains, or the list that left it out lags. Unknown, "A transient error occurred", tells nothing. All of these are taken for draining.
const DRAINING = /deregistration currently in progress/i;
const OUT = /not currently registered/i;
/** All other descriptions that AWS documents (Elastic Load Balancing API Reference, InstanceState). */
const KNOWN =
  /^N\/A$|transient error|health checks|registration (is still )?in progress|Availability Zone|in (pending|stopped|terminated) state/i;
const STATES: readonly (string | undefined)[] = ["InService", "OutOfService", "Unknown"];
const INVALID_INSTANCE = /InvalidEndPoint|InvalidInstance/;

/** Classic load balancers through the SDK, by name. Instances are registered with them, without a port. */
export function classicLoadBalancers(client: ElasticLoadBalancingClient, discovers = call): LoadBalancerPort {
  return {
    kind: "classic",
    noun: "classic load balancer",
    targetTypes: ["instance"],
    namedIn: ({ elbNames }) => elbNames,
    describesByCall: false,

    describesBy: BALANCERS,

    // A classic load balancer's id is its name. One call tells whether it exists and what is registered with it: see `targets`.
    async describe(name) {
      return classicOf(name);
    },

    targets: (name, instanceIds) => unlessGone(() => targetsOf(client, name, instanceIds)),

    // To ask whether it still lists an instance takes as many calls as `targets`.
    canRecheckRegistered: false,

    async stillThere(name, targets) {
      const ids = [...new Set(targets.map(({ id }) => id))];
      return (await unlessGone(() => drainingOf({ client, call }, name, ids))) ?? [];
    },

    // Its connection draining ends early when no request is left, so nobody knows when.
    async deregistrationDelay() {
      return undefined;
    },

    drainLimit: (name) => unlessGone(() => drainLimitOf(client, name)),

    async register(name, targets) {
      await call("elasticloadbalancing:RegisterInstancesWithLoadBalancer", () =>
        client.send(
          new RegisterInstancesWithLoadBalancerCommand({
            LoadBalancerName: name,
            Instances: targets.map(({ id }) => ({ InstanceId: id })),
          }),
        ),
      );
    },

    deregister: (name, targets) => deregister(client, name, targets),

    health: (name, instanceIds) =>
      unlessGone(async () => {
        const shown = await statesOf({ client, call }, name, instanceIds);
        return new Map(
          shown.flatMap(({ id, state }) =>
            state === undefined || isOut(state)
              ? []
              : [[id, state.State === "InService" && !says(state, DRAINING)] as const],
          ),
        );
      }),

    // Each tells what is registered with it. What it drains is no longer in its list.
    async list() {
      const all = await allItems(
        { call: discovers, action: BALANCERS, key: "LoadBalancerDescriptions" },
        (Marker) => client.send(new DescribeLoadBalancersCommand({ PageSize: LIST_LIMIT, Marker })),
      );
      return all.map((each) => ({
        loadBalancer: classicOf(fieldOf(BALANCERS, each, "LoadBalancerName")),
        vpc: undefined,
        registered: instancesOf(each),
      }));
    },
    discoversEach: true,
    // An instance that it drains is no longer in its list. One without a state has ended, and nobody has named this load balancer.
    discoverTargets: (name, instanceIds) =>
      unlessGone(async () => {
        const draining = await drainingOf({ client, call: discovers }, name, instanceIds);
        return draining.filter(({ invalid }) => !invalid);
      }),
  };
}

function classicOf(name: string): LoadBalancer {
  return { kind: "classic", id: name, name, targetType: "instance", network: false };
}

// A load balancer no longer lists what it drains. So it is asked about the instances that it does not list.
async function targetsOf(
  client: ElasticLoadBalancingClient,
  name: string,
  instanceIds: readonly string[],
): Promise<RegisteredTarget[]> {
  const found = await describe(client, name);
  const listeners = fieldOf(BALANCERS, found, "ListenerDescriptions");
  const pointsAt = listeners.map((each) =>
    fieldOf(BALANCERS, fieldOf(BALANCERS, each, "Listener"), "InstancePort"),
  );
  const listed = new Set(instancesOf(found));
  const unlisted = [...new Set(instanceIds)].filter((id) => !listed.has(id));
  const draining = unlisted.length === 0 ? [] : await drainingOf({ client, call }, name, unlisted);
  return [
    ...[...listed].map((id) => targetOf(id, "registered", pointsAt)),
    ...draining.map((each) => ({ ...each, pointsAt })),
  ];
}

function instancesOf(each: LoadBalancerDescription): string[] {
  return fieldOf(BALANCERS, each, "Instances").map((one) => fieldOf(BALANCERS, one, "InstanceId"));
}

// With connection draining off, an instance is out at once.
async function drainLimitOf(client: ElasticLoadBalancingClient, name: string): Promise<number> {
  const action = "elasticloadbalancing:DescribeLoadBalancerAttributes";
  const answer = await call(action, () =>
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerName: name })),
  );
  const attributes = fieldOf(action, answer, "LoadBalancerAttributes");
  const draining = fieldsOf(action, fieldOf(action, attributes, "ConnectionDraining"));
  return draining("Enabled") ? draining("Timeout") * 1_000 : 0;
}

function targetOf(
  id: string,
  state: RegisteredTarget["state"],
  pointsAt: readonly number[],
): RegisteredTarget {
  return { id, port: undefined, state, invalid: false, pointsAt };
}

async function describe(client: ElasticLoadBalancingClient, name: string): Promise<LoadBalancerDescription> {
  const answer = await call(BALANCERS, () =>
    client.send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] })),
  );
  const [found] = fieldOf(BALANCERS, answer, "LoadBalancerDescriptions");
  // That there is none of this name would be an error of its own.
  if (found === undefined) throw new OddAnswer(BALANCERS, "LoadBalancerDescriptions", "empty");
  return found;
}

type Asking = { readonly client: ElasticLoadBalancingClient; readonly call: Call };

// The instances that the load balancer is still draining.
async function drainingOf(
  asking: Asking,
  name: string,
  instanceIds: readonly string[],
): Promise<RegisteredTarget[]> {
  const states = await statesOf(asking, name, instanceIds);
  return states.flatMap(({ id, state }) => drainingAs(id, state));
}

// What the load balancer shows of each instance. One that is no instance's id is left out.
async function statesOf(
  { client, call }: Asking,
  name: string,
  instanceIds: readonly string[],
): Promise<{ id: string; state: InstanceState | undefined }[]> {
  const ask = async (ids: readonly string[]) => {
    const answer = await call(HEALTH, () =>
      client.send(
        new DescribeInstanceHealthCommand({
          LoadBalancerName: name,
          Instances: ids.map((InstanceId) => ({ InstanceId })),
        }),
      ),
    );
    const states = fieldOf(HEALTH, answer, "InstanceStates");
    const byId = new Map(states.map((each) => [fieldOf(HEALTH, each, "InstanceId"), each]));
    return ids.map((id) => ({ id, state: byId.get(id) }));
  };
  const states = await inValidPieces(instanceIds, ask);
  return states.flatMap((each) => each ?? []);
}

// AWS leaves out the state of an instance that has ended (Elastic Load Balancing API Reference, DescribeInstanceHealth). Whether it
// has is for EC2 to say.
function drainingAs(id: string, shown: InstanceState | undefined): RegisteredTarget[] {
  if (shown === undefined) return [{ ...targetOf(id, "draining", []), invalid: true }];
  if (isOut(shown)) return [];
  const { State, Description } = shown;
  const odd = STATES.includes(State)
    ? oddUnless(says(shown, DRAINING) || says(shown, KNOWN), HEALTH, "Description", Description)
    : oddUnless(false, HEALTH, "State", State);
  return [{ ...targetOf(id, "draining", []), ...odd }];
}

function isOut(shown: InstanceState): boolean {
  return shown.State === "OutOfService" && says(shown, OUT);
}

function says({ Description }: InstanceState, pattern: RegExp): boolean {
  return Description !== undefined && pattern.test(Description);
}

// A bad id counts as taken out.
async function deregister(
  client: ElasticLoadBalancingClient,
  name: string,
  targets: readonly Target[],
): Promise<BatchResult<Target>> {
  const failed: { item: Target; reason: string; cause: AwsCallError }[] = [];
  const takeOut = async (some: readonly Target[]) => {
    try {
      await call("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", () =>
        client.send(
          new DeregisterInstancesFromLoadBalancerCommand({
            LoadBalancerName: name,
            Instances: some.map(({ id }) => ({ InstanceId: id })),
          }),
        ),
      );
    } catch (cause) {
      if (!(cause instanceof AwsCallError) || isInvalid(cause) || some.length === targets.length) throw cause;
      failed.push(...some.map((item) => ({ item, reason: cause.message, cause })));
    }
  };
  await inValidPieces(targets, takeOut);
  return { done: targets.filter((each) => !failed.some(({ item }) => item === each)), failed };
}

// One bad id fails the whole call, and AWS does not say which. So each half is sent by itself, down to the bad one, which has no answer:
// each of them takes two calls for each doubling of the batch.
async function inValidPieces<T, R>(
  items: readonly T[],
  ask: (some: readonly T[]) => Promise<R>,
): Promise<(R | undefined)[]> {
  try {
    return [await ask(items)];
  } catch (error) {
    if (!isInvalid(error)) throw error;
    if (items.length <= 1) return [undefined];
  }
  const middle = Math.ceil(items.length / 2);
  return [
    ...(await inValidPieces(items.slice(0, middle), ask)),
    ...(await inValidPieces(items.slice(middle), ask)),
  ];
}

// Whether the load balancer refuses an instance that it cannot know.
function isInvalid(error: unknown): boolean {
  return (
    error instanceof AwsCallError && error.cause instanceof Error && INVALID_INSTANCE.test(error.cause.name)
  );
}
