// Protects what proves an interruption: which statuses of a Spot request say that EC2 takes its instance back.
import { expect } from "chai";
import { isTakenBack } from "../../../../shared/model/interruption.ts";

/** The codes of Amazon EC2's User Guide, "Spot request status codes". */
const CODES: Readonly<Record<string, boolean>> = {
  "az-group-constraint": false,
  "bad-parameters": false,
  "canceled-before-fulfillment": false,
  "capacity-not-available": false,
  "constraint-not-fulfillable": false,
  fulfilled: false,
  "instance-stopped-by-price": true,
  "instance-stopped-by-user": false,
  "instance-stopped-no-capacity": true,
  "instance-terminated-by-price": true,
  "instance-terminated-by-schedule": true,
  "instance-terminated-by-service": true,
  "instance-terminated-by-user": false,
  "spot-instance-terminated-by-user": false,
  "instance-terminated-launch-group-constraint": true,
  "instance-terminated-no-capacity": true,
  // An older name of the one before.
  "instance-terminated-capacity-oversubscribed": true,
  "launch-group-constraint": false,
  "limit-exceeded": false,
  "marked-for-stop": true,
  "marked-for-termination": true,
  "not-scheduled-yet": false,
  "pending-evaluation": false,
  "pending-fulfillment": false,
  "placement-group-constraint": false,
  "price-too-low": false,
  "request-canceled-and-instance-running": false,
  "schedule-expired": false,
  "system-error": false,
  "": false,
};

describe("the status of a Spot request", () => {
  for (const [spotStatus, expected] of Object.entries(CODES))
    it(`${spotStatus || "none at all"}: EC2 ${expected ? "takes the instance back" : "does not take it back"}`, () =>
      expect(isTakenBack({ spotStatus })).to.equal(expected));
  it("of an On-Demand Instance, which has no request: EC2 does not take it back", () =>
    expect(isTakenBack({ spotStatus: undefined })).to.equal(false));
});
