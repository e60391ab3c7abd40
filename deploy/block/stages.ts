// What serverless.yml says of other deployments than the one that is packaged: the stages in its `params`.
import { quote } from "../../shared/base/validation-problems.ts";
import { SERVICE } from "./inputs.ts";
import { isKeys } from "./lists.ts";

type Keys = Readonly<Record<string, unknown>>;

/** A queue of a deployment: by which key it has its name, and where it is. */
type Queue = { readonly stage: string; readonly key: string; readonly name: string; readonly where: string };

const QUEUES = [
  ["lifecycle_queue_name", "lifecycle"],
  ["elb_monitor_queue_name", "monitor"],
] as const;

/**
 * The queues' names that two stages of one file share, one problem each. Stages in other Regions, or with other profiles of the AWS CLI,
 * which may be other accounts, may share them.
 *
 * @param file all of serverless.yml, with its variables as they are written
 */
export function problemsOfStages(file: unknown): string[] {
  const { params, custom, provider } = keysOf(file);
  const stages = Object.keys(keysOf(params)).filter((stage) => stage !== "default");
  const queues = stages.flatMap((stage) =>
    queuesOf(stage, keysOf(params), keysOf(custom), keysOf(provider).profile),
  );
  return queues.flatMap(({ stage, key, name, where }, n) => {
    const first = queues.slice(0, n).find((each) => each.name === name && each.where === where);
    return first === undefined || first.stage === stage
      ? []
      : [
          `deregister.${key}: expected another queue for each stage in params, found ${quote(name)} for ${first.stage} and ${stage}; leave it out, or put \${sls:stage} into it`,
        ];
  });
}

function queuesOf(
  stage: string,
  params: Keys,
  { deregister, region, ...custom }: Keys,
  profile: unknown,
): Queue[] {
  const read = (value: unknown) => valueFor(stage, params, value);
  const where = JSON.stringify([read(region), read(profile)]);
  const named = read(custom.stage) ?? stage;
  return QUEUES.flatMap(([key, last]) => {
    const name = read(keysOf(deregister)[key] ?? `${SERVICE}-${named}-${last}`);
    // What another variable decides is not known here.
    return typeof name === "string" && !name.includes("${") ? [{ stage, key, name, where }] : [];
  });
}

// A value with the variables put in that tell stages apart.
function valueFor(stage: string, params: Keys, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const of = (name: string) => keysOf(params[stage])[name] ?? keysOf(params.default)[name];
  const whole = /^\$\{param:([\w-]+)\}$/.exec(value)?.[1];
  if (whole !== undefined) return of(whole) ?? value;
  return value
    .replace(/\$\{param:([\w-]+)\}/g, (variable, name: string) => String(of(name) ?? variable))
    .replace(/\$\{(sls:stage|opt:stage[^}]*)\}/g, stage);
}

function keysOf(value: unknown): Keys {
  return isKeys(value) ? (value as Keys) : {};
}
