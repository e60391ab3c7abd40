// Protects what the bench's figures rest on: the template as it is, and work that takes the time of a small function.
import { HttpResponse } from "@smithy/core/protocols";
import { expect } from "chai";
import { CPU_PRICES, cpuCharged } from "../../../bench/cpu.ts";
import { measure } from "../../../bench/measure.ts";
import { SWEEP } from "../../../bench/options.ts";
import { template } from "../../../bench/template.ts";
import { scenarioOf } from "../../../bench/world.ts";
import { randomSource } from "../../../simulator/kernel/random.ts";
import { inVirtualTime } from "../../../simulator/kernel/virtual-time.ts";

const WHOLE_VCPU = 1_769;

describe("the bench's deployment", () => {
  it("has the template's inputs, with each of its variables resolved", () => {
    const { group, deregister, terminate } = template;
    expect(JSON.stringify(template)).not.to.include("${");
    expect(terminate).to.include({ ...deregister, queue_name: deregister.elb_monitor_queue_name });
    expect(terminate.auto_scaling_groups).to.deep.equal([group]);
  });

  it("gives them to the functions as they are", () => {
    const { functions } = scenarioOf({ terminations: 1, instances: 10, asDeployed: true });
    expect(functions?.deregister.input).to.deep.equal(template.deregister);
    expect(functions?.terminate.input).to.deep.equal(template.terminate);
  });

  it("takes so much longer for a call as it has less memory, and does one thing at a time", async () => {
    const answer = { statusCode: 200, headers: {}, body: Buffer.alloc(2_000) };
    const inner = { handle: async () => ({ response: new HttpResponse(answer) }) };
    const endedAt = await inVirtualTime(0, randomSource(1)("Math.random"), async (clock) => {
      const { handle } = cpuCharged(WHOLE_VCPU / 10)(inner as never, clock);
      await Promise.all([handle({} as never), handle({} as never)]);
      return clock.now();
    });
    const work = 10 * (CPU_PRICES.call + 2 * CPU_PRICES.kilobyte);
    expect(endedAt).to.be.within(CPU_PRICES.start + 2 * work, CPU_PRICES.start + 2 * work + 2);
  });

  it("gives the same figures again", async () => {
    const fleet = { terminations: 2, instances: 10, asDeployed: true, ...SWEEP[7] };
    expect(await measure(fleet)).to.deep.equal(await measure(fleet));
  });
});
