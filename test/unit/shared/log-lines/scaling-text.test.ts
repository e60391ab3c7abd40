// Protects the words for why a service is not scaled: one row a reason.
import { expect } from "chai";
import { notScaledText } from "../../../../shared/log-lines/scaling-text.ts";
import type { Doubt, Unusable } from "../../../../shared/model/scaling.ts";

type Reason = Doubt | Unusable;

const REASONS: { readonly [W in Reason["why"]]: readonly [Extract<Reason, { why: W }>, string] } = {
  "no such cluster": [{ why: "no such cluster" }, "there is no such cluster"],
  "no such service": [{ why: "no such service" }, "there is no such service"],
  daemon: [{ why: "daemon" }, "it is a daemon service: ECS itself keeps one task of it on each instance"],
  status: [{ why: "status", status: "DRAINING" }, "the service is DRAINING"],
  unread: [{ why: "unread" }, "the cluster or the service could not be read"],
  "no instance": [
    { why: "no instance" },
    "the cluster shows no ACTIVE instance, and yet the service has tasks",
  ],
};

describe("the words for why a service is not scaled", () => {
  for (const [reason, text] of Object.values(REASONS))
    it(`${reason.why}: ${text}`, () => expect(notScaledText(reason)).to.equal(text));
});
