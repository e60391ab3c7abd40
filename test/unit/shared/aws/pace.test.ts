// Protects the half of AWS's buckets that is the deployment's: calls wait once ours is empty, in the order in which they came.
import { expect } from "chai";
import { call, pacedCall } from "../../../../shared/aws/call.ts";
import { createPace } from "../../../../shared/aws/pace.ts";
import { OutOfTime } from "../../../../shared/base/errors.ts";

function play(until = Number.POSITIVE_INFINITY) {
  let now = 1_000_000;
  const waits: number[] = [];
  const pace = createPace(
    () => now,
    async (milliseconds) => {
      waits.push(milliseconds);
    },
    until,
  );
  return {
    waits,
    pace,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    times: async (count: number, action: string) => {
      for (let i = 0; i < count; i++) await pace(action);
    },
  };
}

describe("the pace of a run", () => {
  it("lets half of the bucket's calls go at once, and each that follows a turn later", async () => {
    const { times, waits } = play();
    await times(50, "ecs:DescribeTasks");
    expect(waits).to.deep.equal([]);
    await times(3, "ecs:ListTasks");
    expect(waits).to.deep.equal([100, 200, 300]);
  });

  it("has a bucket for what reads a cluster, and another for what changes it, which refills twice as fast", async () => {
    const { times, waits } = play();
    await times(50, "ecs:DescribeContainerInstances");
    await times(51, "ecs:UpdateContainerInstancesState");
    expect(waits).to.deep.equal([50]);
  });

  it("refills with time, up to half of the bucket", async () => {
    const { pass, times, waits } = play();
    await times(50, "ecs:DescribeTasks");
    pass(250);
    await times(3, "ecs:DescribeTasks");
    expect(waits).to.deep.equal([50]);
    pass(3_600_000);
    await times(51, "ecs:DescribeTasks");
    expect(waits).to.deep.equal([50, 100]);
  });

  it("makes no call that would have to wait beyond the run's time, and none that waits takes its turn away", async () => {
    const { pace, pass, times, waits } = play(1_000_200);
    await times(51, "ecs:DescribeTasks");
    for (let i = 0; i < 3; i++) {
      const refused = await pace("ecs:ListTasks").catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(OutOfTime).with.property("action", "ecs:ListTasks");
    }
    pass(100);
    await times(1, "ecs:DescribeTasks").catch(() => waits.push(-1));
    expect(waits).to.deep.equal([100, -1]);
    pass(100);
    expect(await pace("ecs:UpdateContainerInstancesState").catch((error: unknown) => error)).to.be.instanceOf(
      OutOfTime,
    );
    await pace("autoscaling:CompleteLifecycleAction");
  });

  it("lets go at once what no such bucket covers", async () => {
    const { times, waits } = play();
    await times(200, "ecs:DescribeServices");
    await times(200, "autoscaling:CompleteLifecycleAction");
    expect(waits).to.deep.equal([]);
  });

  it("is kept before each call, whose answer and failure stay what they are", async () => {
    const { pace } = play();
    const asked: string[] = [];
    const paced = pacedCall(async (action) => {
      asked.push(action);
      await pace(action);
    });
    expect(await paced("ecs:ListTasks", async () => `after ${asked}`)).to.equal("after ecs:ListTasks");
    const failing = async () => {
      throw new Error("no");
    };
    const texts = await Promise.all(
      [paced, call].map((each) => each("ecs:ListTasks", failing).catch((error: Error) => error.message)),
    );
    expect(texts[0]).to.equal(texts[1]);
  });
});
