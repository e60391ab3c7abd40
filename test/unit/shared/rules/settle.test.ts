// Protects how long an instance settles: as the setting says, or as its load balancers need.
import { expect } from "chai";
import { settleMilliseconds } from "../../../../shared/rules/settle.ts";
import { termination } from "./builders.ts";

describe("how long an instance settles", () => {
  /** [what settle_seconds says, whether a Network Load Balancer is in front, the milliseconds] */
  const rows: [number | undefined, boolean, number][] = [
    [undefined, false, 0],
    [undefined, true, 120_000],
    [0, true, 0],
    [45, false, 45_000],
  ];
  for (const [settleSeconds, behindNetworkLoadBalancer, milliseconds] of rows)
    it(`${settleSeconds} ${behindNetworkLoadBalancer ? "behind" : "without"} one: ${milliseconds} ms`, () =>
      expect(
        settleMilliseconds(termination({ behindNetworkLoadBalancer }, { settings: { settleSeconds } })),
      ).to.equal(milliseconds));
});
