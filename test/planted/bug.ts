import type { LoadBalancerPort } from "../../shared/aws/load-balancer-port.ts";
import { AwsCallError } from "../../shared/base/errors.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { portOf, untouchablePorts } from "../unit/shared/fake-ports.ts";
import { SEAMS, type SeamName, type Seams } from "./seams.ts";

/** The test that must find a planted bug: a scenario, or a unit test where no scenario comes to it. */
export type Finder = (
  | {
      /** A file in `test/scenarios`, without `.test.ts`. */
      readonly scenarios: string;
    }
  | {
      /** A file in `test/unit`, likewise. */
      readonly unit: string;
    }
) & {
  /** The name of one test in it. */
  readonly test: string;
};

/** The file of a finder, from the project's folder on. */
export function fileOfFinder(finder: Finder): string {
  return "unit" in finder ? `test/unit/${finder.unit}.test.ts` : `test/scenarios/${finder.scenarios}.test.ts`;
}

/** A finder in words. */
export function finderText(finder: Finder): string {
  const file = "unit" in finder ? `unit, ${finder.unit}` : `scenario, ${finder.scenarios}`;
  return `${file}: ${finder.test}`;
}

/** A bug that somebody could have made, planted by hand to see that a test finds it. */
export type Bug = {
  /** What is wrong with it, in one line. */
  readonly what: string;
  /** What a user would have suffered by it. */
  readonly harm: string;
  /** The export that it stands in for. */
  readonly seam: SeamName;
  /** The export with the bug in it, made from the sound one. */
  readonly plant: (sound: never) => unknown;
  /** What one small use of the export gives without the bug, and with it. */
  readonly compare: () => Promise<readonly [sound: unknown, planted: unknown]>;
  readonly foundBy: Finder;
};

type Described = Pick<Bug, "what" | "harm" | "foundBy">;

/** A bug in an exported function or class. `use` is a small use of it, by which the bug can be told. */
export function bugIn<N extends SeamName>(
  seam: N,
  {
    plant,
    use,
    ...described
  }: Described & {
    readonly plant: (sound: Seams[N]) => Seams[N];
    readonly use: (it: Seams[N]) => unknown;
  },
): Bug {
  const compare = async () => {
    const sound = await SEAMS[seam]();
    return [await use(sound), await use(plant(sound))] as const;
  };
  return { ...described, seam, plant, compare };
}

/** Ports that answer as they should, as far as a bug's `use` asks them. */
type Given = { readonly [P in Exclude<keyof Ports, "loadBalancers">]?: Partial<Ports[P]> } & {
  /** By kind. */
  readonly loadBalancers?: Readonly<Record<string, Partial<LoadBalancerPort>>>;
};

/**
 * A bug in what a function sees of AWS: ports that lie, drop or forget. `given` are sound ports for `use`.
 */
export function bugInPorts({
  lie,
  given,
  use,
  ...described
}: Described & {
  readonly lie: (ports: Ports, functionName: string) => Partial<Ports>;
  readonly given: Given;
  readonly use: (ports: Ports) => Promise<unknown>;
}): Bug {
  const plant: (sound: Seams["createPorts"]) => Seams["createPorts"] =
    (createPorts) =>
    (functionName, ...rest) => {
      const ports = createPorts(functionName, ...rest);
      return { ...ports, ...lie(ports, functionName) };
    };
  const compare = async () => {
    const sound = portsWith(given);
    return [await use(sound), await use({ ...sound, ...lie(sound, "terminate") })] as const;
  };
  return { ...described, seam: "createPorts", plant, compare };
}

/** Ports of which only what is given may be called. */
export function portsWith(given: Given): Ports {
  const { ports } = untouchablePorts();
  return {
    ...ports,
    now: () => 0,
    queues: { ...ports.queues, ...given.queues },
    autoScaling: { ...ports.autoScaling, ...given.autoScaling },
    ec2: { ...ports.ec2, ...given.ec2 },
    ecs: { ...ports.ecs, ...given.ecs },
    loadBalancers: new Map(
      Object.entries(given.loadBalancers ?? {}).map(([kind, port]) => [
        kind,
        { ...portOf(ports, kind), ...port },
      ]),
    ),
  };
}

/** Ports of which the one for a kind of load balancers lies. */
export function lyingLoadBalancers(
  ports: Ports,
  kind: string,
  lie: (port: LoadBalancerPort) => Partial<LoadBalancerPort>,
): Partial<Ports> {
  const port = portOf(ports, kind);
  return { loadBalancers: new Map([...ports.loadBalancers, [kind, { ...port, ...lie(port) }]]) };
}

/** What a call gives, or how it fails, as something that can be compared. */
export async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return String(error);
  }
}

/** A call that AWS refuses. */
export async function failing(): Promise<never> {
  throw new AwsCallError("aws:Call", "denied", new Error("no"));
}
