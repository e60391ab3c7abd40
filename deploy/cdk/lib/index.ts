// The construct: the core template of a release, with a lifecycle hook for each group beside it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CfnElement, Fn, Stack, Token } from "aws-cdk-lib";
import { CfnLifecycleHook } from "aws-cdk-lib/aws-autoscaling";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { CfnQueue } from "aws-cdk-lib/aws-sqs";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { Construct } from "constructs";
import { check, checkNames, checkResources, withUnderscores } from "./check";
import { chosen } from "./chosen";
import { FILES, FUNCTIONS } from "./files";
import { type AsgDrainSettings, type GroupSettings, PARAMETERS } from "./settings";

export type { AsgDrainSettings, GroupSettings } from "./settings";

/** A group that gets a lifecycle hook. */
export interface DrainedGroup extends GroupSettings {
  /** The name of the Auto Scaling group, which may be of this stack or of another. */
  readonly name: string;
  /** The id of the hook's construct. It is needed where the name is not known yet. With another id, the hook is replaced. */
  readonly id?: string;
  /** How long the hook holds an instance when nobody prolongs it, from 30 to 7200. 180 or more is safe. */
  readonly heartbeatTimeoutSeconds?: number;
}

/** Where the functions' zips are, if you put them into a bucket yourself. */
export interface Code {
  /** A bucket in the Region of the stack. */
  readonly bucket: string;
  /** What stands before the zips' names in it. */
  readonly keyPrefix?: string;
}

/** The settings of the deployment, and its groups. */
export interface AsgDrainProps extends AsgDrainSettings {
  /** The groups that get a hook each. */
  readonly groups: readonly (string | DrainedGroup)[];
  /** How long their hooks hold an instance when nobody prolongs it. The default is 3600. */
  readonly heartbeatTimeoutSeconds?: number;
  /** Without it, the zips of this package are assets of the stack. */
  readonly code?: Code;
}

/** Drains EC2 instances before Auto Scaling terminates them. */
export class AsgDrain extends Construct {
  /** The queue that each hook notifies. */
  public readonly lifecycleQueueArn: string;
  /** The role by which each hook does. */
  public readonly lifecycleHookRoleArn: string;

  private readonly core: CfnInclude;
  private readonly hookName: string;
  private readonly heartbeatTimeoutSeconds: number;

  constructor(scope: Construct, id: string, props: AsgDrainProps) {
    super(scope, id);
    const groups = props.groups.map((each) => (typeof each === "string" ? { name: each } : each));
    this.hookName = `asg-drain-${props.stage ?? "live"}`;
    this.heartbeatTimeoutSeconds = props.heartbeatTimeoutSeconds ?? 3600;
    const { groups: _, heartbeatTimeoutSeconds: __, code: ___, ...settings } = props;
    const stack = Stack.of(this);
    check({ settings, groups, heartbeatTimeoutSeconds: this.heartbeatTimeoutSeconds }, stack);
    this.core = this.include(parametersOf(props, groups), stack);
    checkNames(this, stack, this.names());
    if (props.code === undefined) this.useAssets();
    this.lifecycleQueueArn = Fn.getAtt(this.logicalId("LifecycleQueue"), "Arn").toString();
    this.lifecycleHookRoleArn = Fn.getAtt(this.logicalId("LifecycleHookRole"), "Arn").toString();
    for (const group of groups) this.addHook(group);
  }

  // It is read from a file, and at once.
  private include(values: Readonly<Record<string, string>>, stack: Stack): CfnInclude {
    const folder = mkdtempSync(join(tmpdir(), "asg-drain-"));
    try {
      const core = JSON.parse(readFileSync(join(FILES, "core.json"), "utf8"));
      const templateFile = join(folder, "core.json");
      const template = chosen(core, values);
      checkResources(template.Resources, stack);
      writeFileSync(templateFile, JSON.stringify(template));
      return new CfnInclude(this, "Core", { templateFile, preserveLogicalIds: false });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private addHook({ name, id, heartbeatTimeoutSeconds, ...settings }: DrainedGroup): void {
    if (id === undefined && Token.isUnresolved(name))
      throw new Error("groups: expected an id beside a name that is not known yet");
    const metadata = metadataOf(settings);
    const hook = new CfnLifecycleHook(this, `Hook${id ?? name}`, {
      autoScalingGroupName: name,
      lifecycleHookName: this.hookName,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: heartbeatTimeoutSeconds ?? this.heartbeatTimeoutSeconds,
      // Not ABANDON, which would cancel the other hooks of the instance.
      defaultResult: "CONTINUE",
      notificationTargetArn: this.lifecycleQueueArn,
      roleArn: this.lifecycleHookRoleArn,
      ...(metadata === "" ? {} : { notificationMetadata: metadata }),
    });
    // Made last and removed first: it holds instances only while there is somebody to release them.
    for (const each of ["DeregisterLambdaFunction", "TerminateLambdaFunction", "MonitorQueue"])
      hook.addResourceDependency(this.core.getResource(each));
  }

  // The code of the functions as assets, which the deployment puts into a bucket of its own.
  private useAssets(): void {
    for (const [id, file] of Object.entries(FUNCTIONS)) {
      const asset = new Asset(this, `${id}Code`, { path: join(FILES, file) });
      const lambda = this.core.getResource(id) as CfnFunction;
      lambda.code = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
    }
  }

  // What an account has once in a Region.
  private names(): string[] {
    const functions = Object.keys(FUNCTIONS).map(
      (id) => (this.core.getResource(id) as CfnFunction).functionName,
    );
    const queues = ["LifecycleQueue", "MonitorQueue"].map(
      (id) => (this.core.getResource(id) as CfnQueue).queueName,
    );
    return [...functions, ...queues].filter(
      (each) => each !== undefined && !Token.isUnresolved(each),
    ) as string[];
  }

  private logicalId(id: string): string {
    const resource: CfnElement = this.core.getResource(id);
    return resource.logicalId;
  }
}

function parametersOf(props: AsgDrainProps, groups: readonly DrainedGroup[]): Record<string, string> {
  const { groups: _, heartbeatTimeoutSeconds: __, code, ...settings } = props;
  // The functions may change the clusters that a group names.
  const clusters = groups
    .flatMap(({ clusterName, clusterNames = [] }) => [clusterName, ...clusterNames])
    .filter((each) => each !== undefined)
    // Of an ARN its last part: the template takes names.
    .map((each) => (Token.isUnresolved(each) ? each : each.slice(each.lastIndexOf("/") + 1)));
  const moreClusters = [...new Set([...(settings.moreClusters ?? []), ...clusters])];
  const given = Object.entries({ ...settings, moreClusters }).filter(([, value]) => value !== undefined);
  return {
    CodeBucket: code?.bucket ?? "assets",
    ...(code?.keyPrefix === undefined ? {} : { CodeKeyPrefix: code.keyPrefix }),
    Groups: groups.map(({ name }) => name).join(","),
    ...Object.fromEntries(given.map(([key, value]) => [nameOf(key), parameterOf(value)])),
  };
}

function nameOf(key: string): string {
  const name = PARAMETERS[key as keyof AsgDrainSettings];
  if (name === undefined) throw new Error(`unknown setting: ${key}`);
  return name;
}

// As a command line has it.
function parameterOf(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

// As the functions read it: the keys of a hook's metadata have underscores.
function metadataOf(settings: GroupSettings): string {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  const keys = entries.map(([key, value]) => [withUnderscores(key), value]);
  return keys.length === 0 ? "" : JSON.stringify(Object.fromEntries(keys));
}
