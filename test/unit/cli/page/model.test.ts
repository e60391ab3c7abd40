// Protects the curves of the report page: how many of something there are at each time.
import { expect } from "chai";
import { countOver, endsText, perPart } from "../../../../cli/page/model.ts";

describe("the report page's curves", () => {
  it("count what goes on at each time", () => {
    const { points } = countOver("held", [
      [5, 20],
      [10, 20],
      [20, 30],
    ]);
    expect(points).to.deep.equal([
      [0, 0],
      [5, 1],
      [10, 2],
      [20, 1],
      [30, 0],
    ]);
  });

  it("count moments by parts of the run, and say how long a part is", () => {
    const { label, points } = perPart("calls", [0, 1, 9.9, 10, 39], 40, 4);
    expect(label).to.equal("calls, in 10 s");
    expect(points).to.deep.equal([
      [0, 3],
      [10, 1],
      [20, 0],
      [30, 1],
    ]);
  });

  it("say how many drains ended", () => {
    expect(endsText([true])).to.equal("1 termination, 1 completed by the functions.");
    expect(endsText([true, false])).to.equal("2 terminations, 1 completed by the functions.");
  });
});
