import type { Clock } from "./clock.ts";
import { Faults } from "./faults.ts";
import { applicationAutoScalingService } from "./services/application-autoscaling/operations.ts";
import { autoScalingService } from "./services/autoscaling/operations.ts";
import { ec2Service } from "./services/ec2/operations.ts";
import { ecsService } from "./services/ecs/operations.ts";
import { elbService } from "./services/elb/operations.ts";
import { elbv2Service } from "./services/elbv2/operations.ts";
import { sqsService } from "./services/sqs/operations.ts";
import { decodeInput } from "./wire/decode.ts";
import { AwsError, NotSimulated } from "./wire/errors.ts";
import type { WireRequest, WireResponse } from "./wire/http.ts";
import type { Operation, Service } from "./wire/operation.ts";
import { route, WRITERS } from "./wire/protocols.ts";
import { World } from "./world.ts";

/** One call that was made. */
export type RecordedCall = {
  /** When it was answered, in milliseconds since 1970. */
  readonly at: number;
  readonly caller: string;
  /** Such as `ecs:ListTasks`; the prefixes are sqs, ecs, elb, elbv2, autoscaling, ec2 and
   * application-autoscaling. */
  readonly action: string;
  readonly input: unknown;
  /** The error's code and text, where it was answered with one. */
  readonly error?: string;
};

export type SimulationOptions = {
  readonly clock: Clock;
  readonly seed: number | string;
  /** When the world begins, in milliseconds since 1970; it catches up with the clock at the first call. */
  readonly startsAt: number;
  /** What queue URLs begin with. */
  readonly origin: string;
  /** How long a call takes at least and at most, in milliseconds. */
  readonly latency?: readonly [number, number];
};

/** The simulated AWS: takes a request on the wire, answers on the wire. */
export class Simulation {
  readonly world: World;
  readonly faults: Faults;
  readonly calls: RecordedCall[] = [];
  readonly services: readonly Service[];
  /** How far eventually consistent reads lag behind, in milliseconds. */
  readLag = 0;
  readonly #clock: Clock;
  readonly #latency: readonly [number, number];

  constructor(options: SimulationOptions) {
    this.world = new World(options.startsAt, options.seed);
    this.faults = new Faults(this.world.random("faults"));
    this.#clock = options.clock;
    this.#latency = options.latency ?? [0, 0];
    this.services = [
      sqsService(this.world, options.clock, options.origin),
      ecsService(this.world),
      elbService(this.world),
      elbv2Service(this.world),
      autoScalingService(this.world),
      ec2Service(this.world),
      applicationAutoScalingService(this.world),
    ];
  }

  /** Answers one request. `caller` is who sent it, for the record and for what it brings about. Never throws. */
  async handle(request: WireRequest, caller = "client"): Promise<WireResponse> {
    const random = this.world.random("calls");
    const requestId = random.uuid();
    const [least, most] = this.#latency;
    if (most > 0) await this.#clock.sleep(random.whole(least, most));
    this.world.settle(this.#clock);

    const routed = route(this.services, request);
    if (!routed) return unknownRequest(request, requestId);
    const { service, name, read } = routed;
    const entry = { caller, action: `${service.name}:${name}` };
    let input: unknown;
    try {
      const operation = service.operations.get(name);
      if (!operation) throw new NotSimulated(entry.action);
      input = decodeInput(service, operation, read(), service.protocol.kind);
      const output = await this.#run(service, operation, input, caller);
      this.calls.push({ at: this.world.agenda.now, ...entry, input });
      return WRITERS[service.protocol.kind].write(service, operation, output, requestId);
    } catch (cause) {
      const error =
        cause instanceof AwsError
          ? cause
          : new AwsError("InternalFailure", `The simulator failed: ${cause}`, 500);
      this.calls.push({
        at: this.world.agenda.now,
        ...entry,
        input,
        error: `${error.code}: ${error.message}`,
      });
      if (error !== cause) console.error(cause);
      return WRITERS[service.protocol.kind].writeError(service, error, requestId);
    }
  }

  #run(service: Service, operation: Operation, input: unknown, caller: string): unknown {
    const { now } = this.world.agenda;
    const fault = this.faults.strike(service, operation.schema[2], now);
    if (fault) throw fault;
    return operation.run(input, { now, asOf: now - this.readLag, caller });
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
  const message = `The simulator serves SQS, ECS, Elastic Load Balancing (v1 and v2), Auto Scaling, EC2 and Application Auto Scaling; this request is for none of them: ${request.method} ${request.path}`;
  return {
    status: 400,
    headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
    body: JSON.stringify({ __type: "NotSimulated", message }),
  };
}
