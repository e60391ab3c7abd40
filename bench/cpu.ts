import type { Through } from "../cli/in-process.ts";

/**
 * What the functions' own work costs, in milliseconds of a whole vCPU. `npm run bench -- --measure-cpu` measured it once. With a
 * list of prices, two runs give the same figures on every machine.
 */
export const CPU_PRICES = {
  /** A call to AWS: to write, sign and send it, and to read its answer. */
  call: 1.3,
  /** Each KB of an answer: to parse it, and what the rules and the messages make of it. */
  kilobyte: 0.025,
  /** A new process, until it can call: Node's start, and the import of the bundle. Lambda gives it a whole vCPU for that. */
  start: 120,
};

/** With this much memory a Lambda function has one vCPU, and with less its share of one. */
const MEGABYTES_A_VCPU = 1_769;

/** How many times as long work takes with this much memory as on a whole vCPU. */
export function slowness(memoryMegabytes: number): number {
  return MEGABYTES_A_VCPU / memoryMegabytes;
}

/** Lets the functions' work take the time that it takes with this much memory. A process does one thing at a time. */
export function cpuCharged(memoryMegabytes: number): Through {
  const times = slowness(memoryMegabytes);
  return (transport, clock) => {
    let busyUntil = clock.now() + CPU_PRICES.start;
    return {
      ...transport,
      async handle(request) {
        await clock.sleep(busyUntil - clock.now());
        const { response } = await transport.handle(request);
        const kilobytes = (response.body as Uint8Array).byteLength / 1_000;
        const work = times * (CPU_PRICES.call + kilobytes * CPU_PRICES.kilobyte);
        busyUntil = Math.max(busyUntil, clock.now()) + work;
        await clock.sleep(busyUntil - clock.now());
        return { response };
      },
    };
  };
}
