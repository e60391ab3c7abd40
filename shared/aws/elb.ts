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
import { AwsCallError } from "../base/errors.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { RegisteredTarget, Target } from "../model/registration.ts";
import { allPages, type Call, call, unless, unlessGone } from "./call.ts";
import type { LoadBalancerPort } from "./load-balancer-port.ts";

/** How many a page has at the most (the SDK model's limit). */
const LIST_LIMIT = 400;
// The description tells that an instance drains, whatever its state is.
const DRAINING = /deregistration currently in progress/i;
// Unknown, "A transient error occurred", tells nothing. An instance that is out is never InService: either it drains, or the
// list that left it out lags. Both are taken for draining.
const STILL_THERE: readonly (string | undefined)[] = ["Unknown", "InService"];
const INVALID_INSTANCE = /InvalidEndPoint|InvalidInstance/;

/** Classic load balancers through the SDK, by name. Instances are registered with them, without a port. */
export function classicLoadBalancers(client: ElasticLoadBalancingClient, discovers = call): LoadBalancerPort {
  return {
    kind: "classic",
    noun: "classic load balancer",
    targetTypes: ["instance"],
    namedIn: ({ elbNames }) => elbNames,
    describesByCall: false,

    describesBy: "elasticloadbalancing:DescribeLoadBalancers",

    // A classic load balancer's id is its name. One call tells whether it exists and what is registered with it: see `targets`.
    async describe(name) {
      return classicOf(name);
    },

    targets: (name, instanceIds) => unlessGone(() => targetsOf(client, name, instanceIds)),

    // To ask whether it still lists an instance takes as many calls as `targets`.
    canRecheckRegistered: false,

    async stillThere(name, targets) {
      const ids = [...new Set(targets.map(({ id }) => id))];
      const draining = await unlessGone(() => drainingOf({ client, call }, name, ids));
      return (draining ?? []).map((id) => targetOf(id, "draining", []));
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

    // Each tells what is registered with it. What it drains is no longer in its list.
    async list() {
      const pages = await allPages((Marker) =>
        discovers("elasticloadbalancing:DescribeLoadBalancers", () =>
          client.send(new DescribeLoadBalancersCommand({ PageSize: LIST_LIMIT, Marker })),
        ),
      );
      return pages
        .flatMap((page) => page.LoadBalancerDescriptions ?? [])
        .map(({ LoadBalancerName = "", Instances = [] }) => ({
          loadBalancer: classicOf(LoadBalancerName),
          vpc: undefined,
          registered: Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
        }));
    },
    discoversEach: true,
    // An instance that it drains is no longer in its list.
    discoverTargets: (name, instanceIds) =>
      unlessGone(async () => {
        const draining = await drainingOf({ client, call: discovers }, name, instanceIds);
        return draining.map((id) => targetOf(id, "draining", []));
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
): Promise<RegisteredTarget[] | undefined> {
  const found = await describe(client, name);
  if (!found) return undefined;
  const pointsAt = (found.ListenerDescriptions ?? []).flatMap((each) => each.Listener?.InstancePort ?? []);
  const listed = new Set((found.Instances ?? []).flatMap((each) => each.InstanceId ?? []));
  const unlisted = [...new Set(instanceIds)].filter((id) => !listed.has(id));
  const draining = unlisted.length === 0 ? [] : await drainingOf({ client, call }, name, unlisted);
  return [
    ...[...listed].map((id) => targetOf(id, "registered", pointsAt)),
    ...draining.map((id) => targetOf(id, "draining", pointsAt)),
  ];
}

// With connection draining off, an instance is out at once.
async function drainLimitOf(client: ElasticLoadBalancingClient, name: string): Promise<number> {
  const { LoadBalancerAttributes } = await call("elasticloadbalancing:DescribeLoadBalancerAttributes", () =>
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerName: name })),
  );
  const { Enabled = false, Timeout = 0 } = LoadBalancerAttributes?.ConnectionDraining ?? {};
  return Enabled ? Timeout * 1_000 : 0;
}

function targetOf(
  id: string,
  state: RegisteredTarget["state"],
  pointsAt: readonly number[],
): RegisteredTarget {
  return { id, port: undefined, state, invalid: false, pointsAt };
}

async function describe(
  client: ElasticLoadBalancingClient,
  name: string,
): Promise<LoadBalancerDescription | undefined> {
  const { LoadBalancerDescriptions = [] } = await call("elasticloadbalancing:DescribeLoadBalancers", () =>
    client.send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] })),
  );
  return LoadBalancerDescriptions[0];
}

// The instances that the load balancer is still draining. An id that it cannot know fails the whole call. Then it is asked about
// each by itself.
async function drainingOf(
  { client, call }: { readonly client: ElasticLoadBalancingClient; readonly call: Call },
  name: string,
  instanceIds: readonly string[],
): Promise<string[]> {
  const ask = async (ids: readonly string[]) => {
    const { InstanceStates = [] } = await call("elasticloadbalancing:DescribeInstanceHealth", () =>
      client.send(
        new DescribeInstanceHealthCommand({
          LoadBalancerName: name,
          Instances: ids.map((InstanceId) => ({ InstanceId })),
        }),
      ),
    );
    return InstanceStates.filter(isStillThere).flatMap(({ InstanceId }) => InstanceId ?? []);
  };
  const known = await unlessInvalid(() => ask(instanceIds));
  if (known !== undefined) return known;
  const still: string[] = [];
  for (const id of instanceIds) still.push(...((await unlessInvalid(() => ask([id]))) ?? []));
  return still;
}

function isStillThere({ State, Description = "" }: InstanceState): boolean {
  return STILL_THERE.includes(State) || DRAINING.test(Description);
}

// One bad id fails the whole call, and nothing is taken out. Then each is sent by itself, and a bad one counts as done.
async function deregister(
  client: ElasticLoadBalancingClient,
  name: string,
  targets: readonly Target[],
): Promise<BatchResult<Target>> {
  const takeOut = (some: readonly Target[]) =>
    call("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", () =>
      client.send(
        new DeregisterInstancesFromLoadBalancerCommand({
          LoadBalancerName: name,
          Instances: some.map(({ id }) => ({ InstanceId: id })),
        }),
      ),
    );
  if ((await unlessInvalid(() => takeOut(targets))) !== undefined) return { done: targets, failed: [] };
  const done: Target[] = [];
  const failed: { item: Target; reason: string; cause: AwsCallError }[] = [];
  for (const item of targets) {
    try {
      await unlessInvalid(() => takeOut([item]));
      done.push(item);
    } catch (cause) {
      if (!(cause instanceof AwsCallError)) throw cause;
      failed.push({ item, reason: cause.message, cause });
    }
  }
  return { done, failed };
}

// Undefined if the load balancer refuses an instance that it cannot know.
async function unlessInvalid<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unless(({ cause }) => cause instanceof Error && INVALID_INSTANCE.test(cause.name), ask);
}
