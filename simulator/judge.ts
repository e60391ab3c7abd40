import type { Story, StoryLine } from "./story.ts";

/** What a drain is judged on: the load balancers that its input names. Those of its services are found in the story. */
export type Scope = {
  readonly targetGroups: ReadonlySet<string>;
  readonly loadBalancers: ReadonlySet<string>;
};

/** What is known of the services: which target groups and classic load balancers they register with. */
export type ServiceScope = (
  cluster: string,
  service: string,
) => { targetGroups: readonly string[]; loadBalancers: readonly string[] };

/** Who the judged functions are, by the names that they call under. */
export type Suspects = ReadonlySet<string>;

/** One termination, as it really went. Times in milliseconds since 1970. */
export type TerminationRecord = {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly askedAt: number;
  /** When the last registration, and the last task, was gone; undefined where there never was one, or still is. */
  targetsGoneAt: number | undefined;
  tasksGoneAt: number | undefined;
  /** When nothing was left any more: the later of both, or when it was asked for. */
  readyAt: number | undefined;
  completedAt: number | undefined;
  result: "CONTINUE" | "ABANDON" | undefined;
  reason: string;
};

/** Something that should never have happened. */
export type Violation = {
  readonly at: number;
  readonly instanceId: string;
  readonly rule: string;
  readonly what: string;
};

type InstanceState = {
  held: boolean;
  /** Registrations by `kind name port`, with what they point at. */
  readonly registrations: Map<
    string,
    { kind: "target" | "classic"; name: string; port: number | undefined; state: "registered" | "draining" }
  >;
  readonly tasks: Map<
    string,
    { cluster: string; service: string | undefined; status: string; hostPorts: readonly number[] }
  >;
  /** Services that had a task on the instance while it was held. */
  readonly services: Map<string, { cluster: string; service: string }>;
  drainedBy: string | undefined;
};

/**
 * Follows the story and judges it: each termination with when it was really ready, and whatever violates the promise of
 * a drain. It looks at the world alone, never at what the functions say of themselves.
 */
export class Judge {
  readonly violations: Violation[] = [];
  readonly terminations: TerminationRecord[] = [];
  readonly #scope: Scope;
  readonly #services: ServiceScope;
  readonly #suspects: Suspects;
  readonly #hooks: (group: string, hook: string) => boolean;
  readonly #classicPorts: (loadBalancer: string) => readonly number[];
  readonly #instances = new Map<string, InstanceState>();
  readonly #had = new Map<TerminationRecord, { targets: boolean; tasks: boolean }>();

  constructor(options: {
    story: Story;
    scope: Scope;
    services: ServiceScope;
    suspects: Suspects;
    /** Whether a hook is one that the judged functions serve. */
    isOurs: (group: string, hook: string) => boolean;
    classicPorts: (loadBalancer: string) => readonly number[];
  }) {
    this.#scope = options.scope;
    this.#services = options.services;
    this.#suspects = options.suspects;
    this.#hooks = options.isOurs;
    this.#classicPorts = options.classicPorts;
    for (const line of options.story.lines) this.#follow(line);
    options.story.listen((line) => this.#follow(line));
  }

  /** Whether a termination of ours is still pending. */
  get pending(): boolean {
    return this.terminations.some((each) => each.reason === "");
  }

  #follow(line: StoryLine): void {
    switch (line.kind) {
      case "instance":
        this.#instance(line.instanceId).held = line.state.endsWith(":Wait");
        return;
      case "action-started":
        this.#started(line);
        return;
      case "action-ended":
        this.#ended(line);
        return;
      case "container-instance":
        this.#containerInstance(line);
        return;
      case "task":
        this.#task(line);
        return;
      case "target":
        this.#registration(line, "target", line.id, line.targetGroup, line.port);
        return;
      case "classic":
        this.#registration(line, "classic", line.instanceId, line.loadBalancer, undefined);
        return;
      case "instance-ended":
      case "agent":
        return;
      default:
        line satisfies never;
    }
  }

  #instance(instanceId: string): InstanceState {
    const known = this.#instances.get(instanceId);
    if (known) return known;
    const state: InstanceState = {
      held: false,
      registrations: new Map(),
      tasks: new Map(),
      services: new Map(),
      drainedBy: undefined,
    };
    this.#instances.set(instanceId, state);
    return state;
  }

  #started(line: Extract<StoryLine, { kind: "action-started" }>): void {
    if (!this.#hooks(line.group, line.hook)) return;
    const instance = this.#instance(line.instanceId);
    for (const { cluster, service } of instance.tasks.values()) this.#noteService(instance, cluster, service);
    this.terminations.push({
      instanceId: line.instanceId,
      group: line.group,
      hook: line.hook,
      token: line.token,
      askedAt: line.at,
      targetsGoneAt: undefined,
      tasksGoneAt: undefined,
      readyAt: undefined,
      completedAt: undefined,
      result: undefined,
      reason: "",
    });
    this.#update(line.instanceId, line.at);
  }

  #ended(line: Extract<StoryLine, { kind: "action-ended" }>): void {
    const record = this.terminations.find((each) => each.token === line.token);
    if (!record) {
      if (this.#suspects.has(line.by) && line.how === "cancelled") {
        this.#accuse(
          line.at,
          line.instanceId,
          "no other hook is cancelled",
          `the action of ${line.hook} was cancelled`,
        );
      }
      return;
    }
    const left = this.#left(this.#instance(line.instanceId));
    if (line.how === "call" && this.#suspects.has(line.by)) {
      record.completedAt = line.at;
      record.result = line.result;
      record.reason =
        left.length === 0 ? "completed when nothing was left" : `completed with ${left.join(", ")}`;
      if (left.length > 0)
        this.#accuse(line.at, line.instanceId, "nothing is completed before it is ready", left.join(", "));
      return;
    }
    record.reason = {
      call: `completed with ${line.result} by ${line.by}`,
      timeout: `the hook's timeout ended it with ${line.result}`,
      cancelled: "another hook's ABANDON ended it",
      "hook-deleted": "its hook was deleted",
    }[line.how];
  }

  #containerInstance({
    at,
    instanceId,
    status,
    by,
  }: Extract<StoryLine, { kind: "container-instance" }>): void {
    const instance = this.#instance(instanceId);
    if (status === "DRAINING") {
      instance.drainedBy = by;
      if (this.#suspects.has(by) && !instance.held) {
        this.#accuse(at, instanceId, "no instance outside a wait state is touched", "it was set DRAINING");
      }
    }
    if (status === "ACTIVE") instance.drainedBy = undefined;
  }

  #task(line: Extract<StoryLine, { kind: "task" }>): void {
    const instance = this.#instance(line.instanceId);
    const { cluster, service, status, hostPorts } = line;
    instance.tasks.set(line.arn, { cluster, service, status, hostPorts });
    // ECS may not have heard that a task has ended, or have given up one that runs.
    if (line.gone) instance.tasks.delete(line.arn);
    if (this.#terminationOf(line.instanceId)) this.#noteService(instance, cluster, service);
    const scheduled = line.reason?.startsWith("Scaling activity") === true;
    if (
      status === "STOPPING" &&
      scheduled &&
      instance.drainedBy !== undefined &&
      this.#suspects.has(instance.drainedBy)
    ) {
      const pointing = this.#ours(instance).filter((each) =>
        this.#portsOf(each).some((port) => hostPorts.includes(port)),
      );
      for (const { name } of pointing) {
        this.#accuse(
          line.at,
          line.instanceId,
          "no task is stopped behind a registration of ours",
          `${name} still points at it`,
        );
      }
    }
    this.#update(line.instanceId, line.at);
  }

  #registration(
    line: Extract<StoryLine, { kind: "target" | "classic" }>,
    kind: "target" | "classic",
    instanceId: string,
    name: string,
    port: number | undefined,
  ): void {
    if (!instanceId.startsWith("i-")) return;
    const instance = this.#instance(instanceId);
    const key = `${kind} ${name} ${port}`;
    if (
      this.#suspects.has(line.by) &&
      line.state !== "registered" &&
      instance.registrations.get(key)?.state === "registered"
    ) {
      if (!instance.held) {
        this.#accuse(
          line.at,
          instanceId,
          "no instance outside a wait state is touched",
          `it was taken out of ${name}`,
        );
      }
      const serving = [...instance.tasks.values()].find((task) => this.#isBehind(task, kind, name, port));
      if (serving)
        this.#accuse(
          line.at,
          instanceId,
          "no managed target is pulled",
          `${name} was pulled from ${serving.service}`,
        );
    }
    if (line.state === "gone") instance.registrations.delete(key);
    else instance.registrations.set(key, { kind, name, port, state: line.state });
    this.#update(instanceId, line.at);
  }

  #isBehind(
    {
      cluster,
      service,
      hostPorts,
    }: { cluster: string; service: string | undefined; hostPorts: readonly number[] },
    kind: "target" | "classic",
    name: string,
    port: number | undefined,
  ): boolean {
    if (service === undefined) return false;
    const scope = this.#services(cluster, service);
    return kind === "target"
      ? scope.targetGroups.includes(name) && port !== undefined && hostPorts.includes(port)
      : scope.loadBalancers.includes(name);
  }

  #noteService(instance: InstanceState, cluster: string, service: string | undefined): void {
    if (service !== undefined) instance.services.set(`${cluster} ${service}`, { cluster, service });
  }

  #terminationOf(instanceId: string): TerminationRecord | undefined {
    return this.terminations.findLast((each) => each.instanceId === instanceId && each.reason === "");
  }

  // Registrations that the drain is judged on, with those that are managed left out.
  #ours(instance: InstanceState) {
    const managed = this.#managed(instance);
    return [...instance.registrations.values()].filter(
      ({ kind, name }) => this.#isNamed(kind, name) && !managed[kind].has(name),
    );
  }

  #managed(instance: InstanceState): { target: Set<string>; classic: Set<string> } {
    const scopes = [...instance.services.values()].map(({ cluster, service }) =>
      this.#services(cluster, service),
    );
    return {
      target: new Set(scopes.flatMap((each) => each.targetGroups)),
      classic: new Set(scopes.flatMap((each) => each.loadBalancers)),
    };
  }

  #isNamed(kind: "target" | "classic", name: string): boolean {
    return kind === "target" ? this.#scope.targetGroups.has(name) : this.#scope.loadBalancers.has(name);
  }

  #portsOf({
    kind,
    name,
    port,
  }: {
    kind: "target" | "classic";
    name: string;
    port: number | undefined;
  }): readonly number[] {
    return kind === "target" ? (port === undefined ? [] : [port]) : this.#classicPorts(name);
  }

  #judged(instance: InstanceState) {
    const managed = this.#managed(instance);
    return [...instance.registrations.values()].filter(
      ({ kind, name }) => this.#isNamed(kind, name) || managed[kind].has(name),
    );
  }

  #left(instance: InstanceState): string[] {
    return [
      ...this.#judged(instance).map(
        ({ name, port, state }) => `${state} in ${name}${port === undefined ? "" : ` at port ${port}`}`,
      ),
      ...[...instance.tasks.values()].map(
        ({ service, status }) => `a task of ${service ?? "no service"} ${status}`,
      ),
    ];
  }

  #update(instanceId: string, at: number): void {
    const record = this.#terminationOf(instanceId);
    if (!record) return;
    const instance = this.#instance(instanceId);
    const had = this.#had.get(record) ?? { targets: false, tasks: false };
    this.#had.set(record, had);
    const targets = this.#judged(instance).length > 0;
    const tasks = instance.tasks.size > 0;
    had.targets ||= targets;
    had.tasks ||= tasks;
    record.targetsGoneAt = targets || !had.targets ? undefined : (record.targetsGoneAt ?? at);
    record.tasksGoneAt = tasks || !had.tasks ? undefined : (record.tasksGoneAt ?? at);
    record.readyAt =
      targets || tasks
        ? undefined
        : Math.max(record.askedAt, record.targetsGoneAt ?? 0, record.tasksGoneAt ?? 0);
  }

  #accuse(at: number, instanceId: string, rule: string, what: string): void {
    this.violations.push({ at, instanceId, rule, what });
  }
}
