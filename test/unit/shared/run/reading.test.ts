// Protects that what AWS did not answer is never taken for nothing: it is unread, and says which call and why.
import { expect } from "chai";
import { AwsCallError, OutOfTime } from "../../../../shared/base/errors.ts";
import { contentOf, reading, unreadIn } from "../../../../shared/run/reading.ts";
import { Run } from "../../../../shared/run/run.ts";
import { thrownBy } from "../../thrown.ts";
import { keptLog } from "../fake-ports.ts";

const begin = (until = Number.POSITIVE_INFINITY) => new Run({ log: keptLog().log, now: () => 1_000 }, until);
const failing = (error: Error) => async () => {
  throw error;
};

describe("a reading", () => {
  it("has what was answered, nothing too", async () => {
    const [some, none] = [
      await reading(begin(), async () => "answer"),
      await reading(begin(), async () => undefined),
    ];
    expect([some, none]).to.deep.equal([{ value: "answer" }, { value: undefined }]);
    expect([contentOf(some), unreadIn(some)]).to.deep.equal(["answer", undefined]);
  });

  it("of a call that failed is unread, and noted", async () => {
    const run = begin();
    const read = await reading(
      run,
      failing(new AwsCallError("ecs:ListTasks", "throttled", new Error("slow"))),
    );
    const unread = { call: "ecs:ListTasks", why: "throttled" };
    expect(read).to.deep.equal({ unread });
    expect([contentOf(read), unreadIn(read)]).to.deep.equal([undefined, unread]);
    expect(run.hasFailures).to.equal(true);
  });

  it("of a call for which time ran out is unread without a call, made or not", async () => {
    const unread = { call: undefined, why: "out of time" };
    expect(await reading(begin(), failing(new OutOfTime("ecs:ListTasks")))).to.deep.equal({ unread });
    expect(await reading(begin(1_000), failing(new Error("not to be asked")))).to.deep.equal({ unread });
  });

  it("does not hide a fault of ours", async () => {
    expect(await thrownBy(() => reading(begin(), failing(new Error("a fault"))))).to.equal("Error: a fault");
  });
});
