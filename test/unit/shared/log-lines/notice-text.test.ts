// Protects the words for why nothing is done about a notice: one row a reason.
import { expect } from "chai";
import { ignoreText } from "../../../../shared/log-lines/notice-text.ts";
import type { IgnoreReason } from "../../../../shared/model/notice.ts";

const REASONS: { readonly [W in IgnoreReason["why"]]: readonly [Extract<IgnoreReason, { why: W }>, string] } =
  {
    "the input says so": [{ why: "the input says so" }, "the input says so"],
    "no group": [{ why: "no group" }, "no Auto Scaling group has the instance"],
    "too late": [{ why: "too late" }, "its two minutes are over"],
    "not in service": [{ why: "not in service", state: "Standby" }, "the instance is Standby"],
    "no hook of ours": [
      { why: "no hook of ours", group: "fleet" },
      "the group fleet has no terminating hook of ours",
    ],
  };

describe("the words for why a notice is ignored", () => {
  for (const [reason, text] of Object.values(REASONS))
    it(`${reason.why}: ${text}`, () => expect(ignoreText(reason)).to.equal(text));
});
