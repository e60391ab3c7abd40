// Protects that a run asks AWS once for what does not change while it lasts, and again only where that failed.
import { expect } from "chai";
import { Answers, Cache } from "../../../../shared/run/cache.ts";
import { thrownBy } from "../../thrown.ts";

function counting<T>(answer: () => T) {
  const asked = { times: 0 };
  const ask = async () => {
    asked.times += 1;
    return answer();
  };
  return { ask, asked };
}

describe("answers", () => {
  it("are asked for once, also where the answer is nothing", async () => {
    const answers = new Answers<string | undefined>();
    const { ask, asked } = counting(() => undefined);
    expect(await answers.get("key", ask)).to.equal(undefined);
    expect(await answers.get("key", ask)).to.equal(undefined);
    expect(asked.times).to.equal(1);
    expect(await answers.get("other", async () => "answer")).to.equal("answer");
  });

  it("are known by their key, and nothing else is", async () => {
    const answers = new Answers<string | undefined>();
    answers.set("nothing", undefined);
    await answers.get("key", async () => "answer");
    const keys = ["nothing", "key", "other"];
    expect(keys.map((key) => answers.has(key))).to.deep.equal([true, true, false]);
    expect(keys.map((key) => answers.peek(key))).to.deep.equal([undefined, "answer", undefined]);
  });

  it("that were set are not asked for, and the last one holds", async () => {
    const answers = new Answers<string>();
    answers.set("key", "first");
    answers.set("key", "second");
    const { ask, asked } = counting(() => "asked");
    expect(await answers.get("key", ask)).to.equal("second");
    expect(asked.times).to.equal(0);
  });

  it("that failed are asked for again: nothing is known by a failure", async () => {
    const answers = new Answers<string>();
    const failing = async () => {
      throw new Error("throttled");
    };
    expect(await thrownBy(() => answers.get("key", failing))).to.equal("Error: throttled");
    expect(answers.has("key")).to.equal(false);
    expect(await answers.get("key", async () => "answer")).to.equal("answer");
  });
});

describe("a run's cache", () => {
  it("keeps the answers of each kind apart, and begins empty", () => {
    const cache = new Cache();
    for (const answers of Object.values(cache)) expect(answers.has("fleet")).to.equal(false);
    cache.retaining.set("fleet", true);
    const known = Object.entries(cache).filter(([, answers]) => answers.has("fleet"));
    expect(known.map(([kind]) => kind)).to.deep.equal(["retaining"]);
  });
});
