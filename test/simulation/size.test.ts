// Protects the sizes of the worlds: a huge one really has hundreds that go at once, and nothing that would take a day to play.
import { expect } from "chai";
import { randomSource } from "../../simulator/kernel/random.ts";
import type { Entry } from "./happenings.ts";
import { fitsSize, fittingSize, happeningsOfSize, knownOf, placeOfSize, type Size, sizeOf } from "./size.ts";
import type { Place } from "./world.ts";

const ids = ["i-00000000000000001", "i-00000000000000002"];
const place: Place = {
  target_groups: [],
  load_balancers: [],
  clusters: [],
  auto_scaling_groups: [
    { name: "g0", instance_ids: ids },
    { name: "g1", instance_ids: ["i-10000000000000001"] },
  ],
  tasks: [],
};
const countsOf = ({ auto_scaling_groups: groups }: Place) =>
  groups.map(({ instance_ids = [] }) => instance_ids.length);

describe("the size of a world", () => {
  it("is each of them in some seeds, and small in most", () => {
    const sizes = Array.from({ length: 2_000 }, (_, seed) => sizeOf(randomSource(seed)("size")));
    const counts = new Map<Size, number>();
    for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
    expect(counts.get("small")).to.be.greaterThan(1_700);
    for (const size of ["long", "wide", "huge"] as const) expect(counts.get(size), size).to.be.greaterThan(1);
  });

  it("makes the first group hundreds, of which all but ten go at once, with the first instances as they were", () => {
    const random = randomSource(1)("size");
    const huge = placeOfSize(random, "huge", place);
    const [first = 0, second] = countsOf(huge);
    expect([200, 400, 1_100]).to.include(first);
    expect(second).to.equal(1);
    expect(huge.auto_scaling_groups[0]?.instance_ids).to.include.members(ids);
    const [entry] = happeningsOfSize(random, "huge", huge);
    expect(entry?.terminate?.instance_ids).to.have.lengthOf(first - 10);
    expect(countsOf(knownOf("huge", huge))).to.deep.equal([4, 1]);
  });

  it("leaves a small world as it is", () => {
    const random = randomSource(1)("size");
    expect(placeOfSize(random, "small", place)).to.equal(place);
    expect(happeningsOfSize(random, "small", place)).to.deep.equal([]);
    expect(knownOf("small", place)).to.equal(place);
  });

  it("has no slow calls with hundreds: no run would come to all of them", () => {
    const slow: Parameters<typeof fittingSize>[1] = { throttling: false, latency_milliseconds: [100, 1_500] };
    expect(fittingSize("huge", slow)).to.deep.equal({ throttling: false, latency_milliseconds: [15, 60] });
    expect(fittingSize("long", slow)).to.equal(slow);
  });

  it("has nobody replace hundreds one after the other", () => {
    const slow: Entry[] = [
      { at_seconds: 1, rolling_update: { group: "g0" } },
      { at_seconds: 1, instance_refresh: { group: "g0" } },
    ];
    const quick: Entry = { at_seconds: 1, terminate: { instance_ids: ids } };
    expect([...slow, quick].filter(fitsSize("huge"))).to.deep.equal([quick]);
    expect([...slow, quick].filter(fitsSize("wide"))).to.deep.equal([...slow, quick]);
  });
});
