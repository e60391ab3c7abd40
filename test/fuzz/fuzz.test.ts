// Protects all that reads what others write: no throw that is not its own, no hang, and what is passed on can be read.
import { expect } from "chai";
import { MEMORY_TABLE, RETIRED_KEYS } from "../../shared/messages/memory-table.ts";
import { randomSource } from "../../simulator/kernel/random.ts";
import { caseOf, fuzz, nameAt } from "./fuzz.ts";
import { memoryForm } from "./memory-forms.ts";

/** Another seed than the day's: what fails here fails again. `npm run fuzz` draws its own, and has a million cases. */
const SEED = 1;

const MIB = 1_048_576;

describe("fuzz", () => {
  it("20,000 odd bodies and inputs, and 5 of 1 MiB", () => {
    const { problems, outcomes } = fuzz({ seed: SEED, cases: 20_000, large: 5 });
    expect(problems).to.deep.equal([]);
    // What is never read by anybody proves nothing.
    for (const outcome of [
      "lifecycle message: termination",
      "lifecycle message: notice",
      "monitor message: termination",
      "notices that wait: notices",
      "NotificationMetadata: keys",
      "input of deregister: input",
      "input of scale-tasks: input",
      "input of terminate: input",
      "variable INPUT: input",
      "records of SQS: records",
      "scenario: scenario",
    ])
      expect(outcomes.get(outcome), outcome).to.be.greaterThan(50);
  });

  it("the memory has each key that any version of it has", () => {
    const drawn = Array.from({ length: 1_000 }, (_, i) =>
      Object.keys(memoryForm(randomSource(i + 1)("memory"), 0.3)),
    );
    const keys = Object.values(MEMORY_TABLE).flatMap((line) => line.keys);
    for (const key of [...keys, ...RETIRED_KEYS])
      expect(drawn.filter((each) => each.includes(key)).length, key).to.be.greaterThan(20);
  });

  it("the large ones have 0.95 MiB to 1 MiB, which is what SQS takes", () => {
    const sizes = Array.from({ length: 60 }, (_, i) => Buffer.byteLength(caseOf(SEED, `large/${i}`).text));
    expect(Math.min(...sizes)).to.be.at.least(0.95 * MIB);
    expect(Math.max(...sizes)).to.be.at.most(MIB);
  });

  it("the large ones lie evenly among the small ones: what they leave in memory shows at each look", () => {
    const plan = { seed: SEED, cases: 995, large: 5 };
    const names = Array.from({ length: 1_000 }, (_, i) => nameAt(plan, i));
    const places = names.flatMap((name, i) => (name.startsWith("large") ? [i] : []));
    expect(places).to.deep.equal([199, 399, 599, 799, 999]);
    const all = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}/${i}`);
    expect(new Set(names)).to.deep.equal(new Set([...all("small", 995), ...all("large", 5)]));
  });

  it("the small ones have up to 4 KiB", () => {
    const sizes = Array.from({ length: 5_000 }, (_, i) => Buffer.byteLength(caseOf(SEED, `small/${i}`).text));
    expect(Math.max(...sizes)).to.be.within(2_900, 4_096);
  });
});
