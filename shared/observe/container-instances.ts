import { unlessGone } from "../aws/call.ts";
import { groupBy } from "../base/batches.ts";
import { apart, type OddAnswer } from "../base/errors.ts";
import { type ContainerInstance, INACTIVE } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/** An instance's container instances in one cluster. An odd answer may hide one of them. */
export type OwnContainerInstances = readonly ContainerInstance[] | OddAnswer;

/**
 * The container instances of terminations in a cluster, by the ids of their EC2 instances; undefined if there is no such cluster. An
 * instance that has none is left out.
 * Those seen before are described by ARN. The others are searched by instance id, in a call for many whatever the cluster's size.
 * So is one whose agent is silent: it may have registered again, as another container instance. One that ECS does not know is gone
 * if it is not listed after that. Throws an AwsCallError.
 */
export async function findContainerInstances(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
): Promise<ReadonlyMap<string, OwnContainerInstances> | undefined> {
  const { ecs } = run.ports;
  const known = [...new Set(terminations.flatMap((each) => arnsIn(each, cluster)))];
  return unlessGone(async () => {
    const describe = async (arns: string[]) =>
      apart(arns.length === 0 ? [] : await ecs.describeContainerInstances(cluster, arns));
    const seen = await describe(known);
    const present = new Set(seen.read.filter(isConnected).map(idOf));
    const isSought = (each: Termination) =>
      !present.has(each.instanceId) &&
      (!isElsewhere(each, cluster) || seen.odd.some((odd) => isKnownBy(each, cluster, odd)));
    const sought = [...new Set(terminations.filter(isSought).map(idOf))];
    const listed = await ecs.findContainerInstances(cluster, sought);
    const others = await describe(listed.filter((arn) => !known.includes(arn)));
    const isListDue = others.odd.some(({ isMissing }) => isMissing);
    const last = isListDue ? await ecs.findContainerInstances(cluster, sought) : listed;
    const hiding = [...seen.odd, ...others.odd].filter(
      ({ isMissing, ids }) => !isMissing || ids.some((id) => last.includes(id)),
    );
    const found = groupBy([...seen.read, ...others.read], idOf);
    const hidden = hidingFrom(terminations, cluster, hiding);
    const ids = [...new Set(terminations.map(idOf))];
    return new Map(
      ids.flatMap((id): [string, OwnContainerInstances][] => {
        const own = found.get(id);
        // An instance whose agent is connected has no other.
        const odd = hidden(id, sought.includes(id) && own?.some(isConnected) !== true);
        return odd ? [[id, odd]] : own ? [[id, own]] : [];
      }),
    );
  });
}

// Finds the odd answer that hides something of an instance. One that names the instance beside the container instance tells whose
// it is, and so does a message that knows the container instance. Otherwise it may be anybody's who may have more.
function hidingFrom(terminations: readonly Termination[], cluster: string, hiding: readonly OddAnswer[]) {
  const owners = (odd: OddAnswer) => terminations.filter((each) => isKnownBy(each, cluster, odd)).map(idOf);
  return (instanceId: string, mayHaveMore: boolean): OddAnswer | undefined =>
    hiding.find((odd) => {
      const own = [...odd.ids, ...owners(odd)];
      return own.includes(instanceId) || (own.length === 1 && mayHaveMore);
    });
}

function arnsIn({ memory }: Termination, cluster: string): string[] {
  return memory.containerInstances.filter((each) => each.cluster === cluster).map(({ arn }) => arn);
}

function isElsewhere({ memory }: Termination, cluster: string): boolean {
  return memory.containerInstances.some((each) => each.cluster !== cluster);
}

function isKnownBy(termination: Termination, cluster: string, { ids }: OddAnswer): boolean {
  return arnsIn(termination, cluster).some((arn) => ids.includes(arn));
}

function isConnected({ status, agentConnected }: ContainerInstance): boolean {
  return status !== INACTIVE && agentConnected;
}

function idOf({ instanceId }: { readonly instanceId: string }): string {
  return instanceId;
}
