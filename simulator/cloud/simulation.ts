import { Faults, type Strike } from "../faults/faults.ts";
import { failEntries } from "../faults/partial-failures.ts";
import { callerOf, type Principal } from "../kernel/account.ts";
import type { Clock } from "../kernel/clock.ts";
import { dropWhile, type Past } from "../kernel/past.ts";
import { applicationAutoScalingService } from "../services/application-autoscaling/operations.ts";
import { autoScalingService } from "../services/autoscaling/operations.ts";
import { cloudFormationService } from "../services/cloudformation/operations.ts";
import { cloudWatchService } from "../services/cloudwatch/operations.ts";
import { ec2Service } from "../services/ec2/operations.ts";
import { ecsService } from "../services/ecs/operations.ts";
import { taskInterfaces } from "../services/ecs/task-interfaces.ts";
import { elbService } from "../services/elb/operations.ts";
import { elbv2Service } from "../services/elbv2/operations.ts";
import { eventBridgeService } from "../services/eventbridge/operations.ts";
import { iamService } from "../services/iam/operations.ts";
import { lambdaService } from "../services/lambda/operations.ts";
import { logsService } from "../services/logs/operations.ts";
import { sqsService } from "../services/sqs/operations.ts";
import { World } from "../services/world.ts";
import { decodeInput } from "../wire/decode.ts";
import { AwsError, NotSimulated } from "../wire/errors.ts";
import type { Unanswered, WireRequest, WireResponse } from "../wire/http.ts";
import type { Operation, Service } from "../wire/operation.ts";
import { momentOf } from "../wire/paging.ts";
import { route, WRITERS } from "../wire/protocols.ts";

/** Who calls, and when the reads began on which the caller now acts. */
export type Caller = {
  /** The name in the log of calls, and in the story for what the call causes. */
  readonly name: string;
  /** Who that is to IAM. */
  readonly principal: Principal;
  /** When the latest series of reads began, in milliseconds since 1970. */
  readSince: number;
};

/** A caller's series of reads begins with this call. */
const FIRST_READ = "autoscaling:DescribeAutoScalingInstances";

/** One call that was made. */
export type RecordedCall = {
  /** When it was answered, in milliseconds since 1970. */
  readonly at: number;
  readonly caller: string;
  /** Such as `ecs:ListTasks`; the prefixes are sqs, ecs, elb, elbv2, autoscaling, ec2,
   * application-autoscaling, events, logs, lambda, iam, cloudwatch and cloudformation. */
  readonly action: string;
  readonly input: unknown;
  /** The error's code and text, where it was answered with one. */
  readonly error?: string;
  /** How its answer was lost, where it was: the caller does not know that it took effect. */
  readonly unanswered?: Unanswered;
};

export type SimulationOptions = {
  readonly clock: Clock;
  readonly seed: number | string;
  /** When the world begins, in milliseconds since 1970. It catches up with the clock at the first call. */
  readonly startsAt: number;
  /** What queue URLs begin with. */
  readonly origin: string;
  /** How long a call takes at least and at most, in milliseconds. */
  readonly latency?: readonly [number, number];
};

/** The simulated AWS: it takes a request and gives an answer, both as they are on the wire. */
export class Simulation implements Past {
  readonly world: World;
  readonly faults: Faults;
  readonly calls: RecordedCall[] = [];
  /** How many calls there were, by caller and then by action, including those that are forgotten. */
  readonly callCounts = new Map<string, Map<string, number>>();
  readonly services: readonly Service[];
  /** What queue URLs begin with. */
  readonly origin: string;
  /** How far eventually consistent reads lag behind, in milliseconds. */
  readLag = 0;
  /** Whether each call lags by another time, up to `readLag`: a read may then show less than one before it. */
  readLagVaries = false;
  /** The most items that a page of a list has, where AWS may answer with fewer than asked. */
  pageLimit = Number.POSITIVE_INFINITY;
  /** The caller whose call takes effect at this moment. */
  acting: Caller | undefined;
  /** The callers on the HTTP port that are known by their access key. All others are one caller, `client`. */
  readonly callers = new Map<string, Caller>();
  readonly #clock: Clock;
  readonly #latency: readonly [number, number];

  constructor(options: SimulationOptions) {
    this.world = new World(options.startsAt, options.seed);
    this.faults = new Faults(this.world.random("faults"), this.world.firings);
    this.#clock = options.clock;
    this.origin = options.origin;
    this.#latency = options.latency ?? [0, 0];
    this.services = [
      sqsService(this.world, options.clock, options.origin),
      ecsService(this.world),
      elbService(this.world),
      elbv2Service(this.world),
      autoScalingService(this.world),
      ec2Service(this.world, (moment) => taskInterfaces(this.world, moment)),
      applicationAutoScalingService(this.world),
      eventBridgeService(this.world),
      logsService(this.world),
      lambdaService(this.world),
      iamService(this.world),
      cloudWatchService(this.world),
      cloudFormationService(this.world),
    ];
  }

  /** Answers one request. Never throws. */
  async handle(request: WireRequest, caller: Caller = this.#clientOf(request)): Promise<WireResponse> {
    const askedAt = this.#clock.now();
    const random = this.world.random("calls");
    const requestId = random.uuid();
    const [least, most] = this.#latency;
    if (most > 0) await this.#clock.sleep(random.whole(least, most));
    this.world.settle(this.#clock);

    const routed = route(this.services, request);
    if (!routed) return unknownRequest(request, requestId);
    const { service, name, read } = routed;
    const entry = { caller: caller.name, action: `${service.name}:${name}` };
    if (entry.action === FIRST_READ) caller.readSince = askedAt;
    let input: unknown;
    try {
      const operation = service.operations.get(name);
      if (!operation) throw new NotSimulated(entry.action);
      input = decodeInput(service, operation, read(), service.protocol.kind);
      const strike = this.faults.strike(service, operation.schema[2], this.world.agenda.now);
      if (strike?.kind === "error") throw strike.error;
      const output = await this.#run(service, operation, input as object, { caller, strike });
      const lost = strike?.kind === "unanswered" ? { unanswered: strike.how } : {};
      this.record({ at: this.world.agenda.now, ...entry, input, ...lost });
      const told = strike?.kind === "odd" ? strike.change(input as object, output as object) : output;
      const answer = WRITERS[service.protocol.kind].write(service, operation, told, requestId);
      return strike?.kind === "unanswered" ? { ...answer, unanswered: strike.how } : answer;
    } catch (cause) {
      const error =
        cause instanceof AwsError
          ? cause
          : new AwsError("InternalFailure", `The simulator failed: ${cause}`, 500);
      this.record({
        at: this.world.agenda.now,
        ...entry,
        input,
        error: `${error.code}: ${error.message}`,
      });
      if (error !== cause) console.error(cause);
      return WRITERS[service.protocol.kind].writeError(service, error, requestId);
    }
  }

  /** Adds a call to those that were made. */
  record(call: RecordedCall): void {
    this.calls.push(call);
    const counts = this.callCounts.get(call.caller) ?? new Map<string, number>();
    this.callCounts.set(call.caller, counts);
    counts.set(call.action, (counts.get(call.action) ?? 0) + 1);
  }

  /** Forgets calls, faults and what was over in the world before a time. */
  forget(before: number): void {
    dropWhile(this.calls, ({ at }) => at < before);
    this.faults.forget(before);
    this.world.forget(before);
  }

  /** Waits on the simulation's clock. */
  sleep(milliseconds: number): Promise<void> {
    return this.#clock.sleep(milliseconds);
  }

  #run(
    service: Service,
    operation: Operation,
    input: object,
    { caller, strike }: { caller: Caller; strike: Strike | undefined },
  ): unknown {
    const { now } = this.world.agenda;
    const action = `${service.name}:${operation.schema[2]}`;
    if (this.#isBehind(now)) this.world.firings.count("read lag");
    const asOf = Math.min(now, momentOf(input) ?? now - this.#lag());
    const run = (given: object) => {
      this.acting = caller;
      try {
        return operation.run(given, {
          now,
          asOf,
          caller: caller.name,
          principal: caller.principal,
          paging: {
            atMost: this.pageLimit,
            asOf,
            shortened: () => this.world.firings.count("small pages"),
          },
        });
      } finally {
        this.acting = undefined;
      }
    };
    return strike?.kind === "entries" ? failEntries(action, input, strike.fails, run) : run(input);
  }

  // The access key stands in the signature, which nobody checks. Without one, nobody can tell clients apart.
  #clientOf({ headers }: WireRequest): Caller {
    const [, accessKey = ""] = /\bCredential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
    const client = { name: "client", principal: callerOf(accessKey), readSince: Number.POSITIVE_INFINITY };
    return this.callers.get(accessKey) ?? client;
  }

  // By how much a call lags.
  #lag(): number {
    if (!this.readLagVaries || this.readLag === 0) return this.readLag;
    this.world.firings.count("lags that differ");
    return this.world.random("read lags").whole(0, this.readLag);
  }

  // Whether something has happened that reads do not show yet.
  #isBehind(now: number): boolean {
    return this.readLag > 0 && (this.world.story.lines.at(-1)?.at ?? 0) > now - this.readLag;
  }
}

/** The actions that a simulation serves, such as `ecs:ListTasks`. */
export function servedActions(): string[] {
  const clock: Clock = { now: () => 0, sleep: async () => {} };
  return new Simulation({ clock, seed: 0, startsAt: 0, origin: "" }).services.flatMap(
    ({ name, operations }) => [...operations.keys()].map((operation) => `${name}:${operation}`),
  );
}

function unknownRequest(request: WireRequest, requestId: string): WireResponse {
  const message = `The simulator serves SQS, ECS, Elastic Load Balancing (v1 and v2), Auto Scaling, EC2, Application Auto Scaling, EventBridge, CloudWatch Logs, CloudWatch, Lambda, IAM and CloudFormation. This request is for none of them: ${request.method} ${request.path}`;
  return {
    status: 400,
    // A client that speaks REST looks for the error in a header, and for its text under another key.
    headers: {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      "x-amzn-errortype": "NotSimulated",
    },
    body: JSON.stringify({ __type: "NotSimulated", message, Message: message }),
  };
}
