import { settingsOf } from "../../../shared/model/settings.ts";
import type { Account } from "../../aws/account.ts";
import { clusterReads } from "../../aws/doctor/clusters.ts";
import { loadBalancerReads } from "../../aws/doctor/load-balancers.ts";
import { afterRead, fromRead, ifRead, type ReadFact } from "./fact.ts";
import type { Before, ClusterShown, Fact, Facts, Named, ServiceFacts } from "./facts.ts";

/** How many clusters are searched for the instances of the groups. */
const SEARCHED = 50;
/** How many instances of the groups are looked for. */
const INSTANCES = 100;

/** Reads the clusters, the services and the load balancers that the inputs name, and where the groups' instances are. */
export async function gatherPlaces(
  account: Account,
  { settings, groups, inputs }: Before,
  fact: ReadFact,
): Promise<
  Pick<
    Facts,
    | "clusters"
    | "hosts"
    | "services"
    | "serving"
    | "scaledServices"
    | "loadBalancers"
    | "having"
    | "providers"
  >
> {
  const ecs = clusterReads(account);
  const balancers = loadBalancerReads(account);
  const instances = fromRead(groups, (all) => all.flatMap((each) => each.instanceIds).slice(0, INSTANCES));
  const drain = fromRead(settings, settingsOf);

  const namedClusters = async (): Promise<Facts["clusters"]> => {
    if ("unread" in drain) return drain;
    const { clusterNames } = drain.value;
    const found = clusterNames.length === 0 ? { value: [] } : await fact(() => ecs.named(clusterNames));
    return {
      value: clusterNames.map((name) => ({
        name,
        found: fromRead(found, (all) => all.find((each) => each.arn === name || each.name === name)),
      })),
    };
  };
  const hostsOf = async (instanceIds: readonly string[]): Promise<Facts["hosts"]> => {
    if (instanceIds.length === 0) return { value: [] };
    const arns = await fact(() => ecs.all());
    if ("unread" in arns) return arns;
    if (arns.value.length > SEARCHED) return { unread: `there are more than ${SEARCHED} clusters to search` };
    return fact(async () => {
      const having = await Promise.all(
        arns.value.map(async (arn) => (await ecs.hasAny(arn, instanceIds)) && arn),
      );
      const found = having.filter((each) => each !== false);
      return found.length === 0 ? [] : ecs.named(found);
    });
  };
  const [clusters, hosting] = await Promise.all([namedClusters(), afterRead(instances, hostsOf)]);

  const services = await afterRead(clustersIn(clusters), (mine) =>
    fact(async () => {
      const all = (await Promise.all(mine.map(({ name }) => ecs.services(name)))).flat();
      const definitions = [...new Set(all.flatMap(({ definition }) => definition ?? []))];
      const stops = new Map(
        await Promise.all(
          definitions.map(async (each) => [each, await fact(() => ecs.stopSeconds(each))] as const),
        ),
      );
      return all.map(
        (each): ServiceFacts => ({
          ...each,
          stopSeconds: stops.get(each.definition ?? "") ?? { unread: "its task definition is not known" },
        }),
      );
    }),
  );
  const serving = await afterRead(services, (all) =>
    fact(async () => {
      const arns = [...new Set(all.flatMap(({ targetGroups }) => targetGroups))];
      const found = await Promise.all(arns.map((each) => balancers.named("target", each)));
      return found.filter((each) => each !== undefined);
    }),
  );
  const scaledServices = await namedServices(inputs["scale-tasks"], (cluster, name) =>
    fact(async () => (await ecs.servicesNamed(cluster, [name]))[0]),
  );
  const loadBalancers: Facts["loadBalancers"] =
    "unread" in drain
      ? drain
      : {
          value: await Promise.all([
            ...drain.value.targetGroups.map(async (name) => ({
              name,
              found: await fact(() => balancers.named("target", name)),
            })),
            ...drain.value.elbNames.map(async (name) => ({
              name,
              found: await fact(() => balancers.named("classic", name)),
            })),
          ]),
        };
  const having: Facts["having"] =
    "unread" in drain
      ? drain
      : drain.value.discover === "all"
        ? { value: "all are found" }
        : await afterRead(instances, (instanceIds) => fact(() => balancers.having(instanceIds)));
  return {
    clusters,
    hosts: hosting,
    services,
    serving,
    scaledServices,
    loadBalancers,
    having,
    providers: await fact(() => ecs.providers()),
  };
}

// The clusters of a list that exist. Unread where nobody knows of one of them.
function clustersIn(clusters: Facts["clusters"]): Fact<readonly ClusterShown[]> {
  if ("unread" in clusters) return clusters;
  const found: ClusterShown[] = [];
  for (const each of clusters.value) {
    if ("unread" in each.found) return each.found;
    if (each.found.value) found.push(each.found.value);
  }
  return { value: found };
}

type Scaled = { readonly cluster_name?: unknown; readonly service_name?: unknown };

/** The services that scale-tasks' input names: one, or several. */
export function scaledIn(input: Facts["inputs"]["scale-tasks"]): { cluster: string; service: string }[] {
  const keys = (ifRead(input)?.keys ?? {}) as Scaled & { readonly services?: readonly Scaled[] };
  const all = keys.services ?? [keys];
  return all.flatMap(({ cluster_name: cluster, service_name: service }) =>
    typeof cluster === "string" && typeof service === "string" ? [{ cluster, service }] : [],
  );
}

async function namedServices<T>(
  input: Facts["inputs"]["scale-tasks"],
  read: (cluster: string, name: string) => Promise<Fact<T | undefined>>,
): Promise<Fact<Named<T>[]>> {
  if ("unread" in input) return input;
  return {
    value: await Promise.all(
      scaledIn(input).map(async ({ cluster, service }) => ({
        name: `${cluster}/${service}`,
        found: await read(cluster, service),
      })),
    ),
  };
}
