// Protects that both functions of the pair can be given the same: what deregister is told, terminate takes for what its sweep
// finds.
import { expect } from "chai";
import type * as z from "zod/mini";
import { deregisterInput } from "../../../../functions/deregister/input.ts";
import { terminateInput } from "../../../../functions/terminate/input.ts";
import { ourHooksOf } from "../../../../shared/model/settings.ts";

/** All keys of deregister's input; one that is missing here does not compile. */
const all: Required<z.infer<typeof deregisterInput>> = {
  lifecycle_queue_name: "lifecycle",
  elb_monitor_queue_name: "monitor",
  elb_name: "classic",
  elb_names: ["another"],
  target_groups: ["static"],
  cluster_name: "main",
  cluster_names: ["spare"],
  discover: "warn",
  clusters: "*",
  cluster_tag: "drain=yes",
  poll_seconds: 5,
  drain_timeout_seconds: 600,
  on_timeout: "leave",
  stop_tasks: "all",
  deregister_container_instance: "always",
  settle_seconds: 10,
  dry_run: true,
  event_bus: "default",
  lifecycle_topic_arns: ["arn:aws:sns:us-east-1:123456789012:terminations"],
  lifecycle_hook_names: ["drain"],
  on_spot_interruption: "drain",
  on_rebalance: "replace",
  on_maintenance: "replace",
  replace_at_once: 2,
  replace_last: true,
  maintenance_lead_hours: 72,
};

describe("the inputs of the pair", () => {
  // A template with parameters leaves an empty text where a topic was taken out.
  it("leave an empty topic out, and take no other text for one", () => {
    const [topic = ""] = all.lifecycle_topic_arns ?? [];
    const keys = { ...all, lifecycle_topic_arns: ["", topic, ""] };
    expect(ourHooksOf(deregisterInput.parse(keys)).topics).to.deep.equal([topic]);
    expect(deregisterInput.safeParse({ ...keys, lifecycle_topic_arns: [" "] }).success).to.equal(false);
  });

  it("deregister takes all its keys", () => {
    expect(deregisterInput.parse(all)).to.deep.equal(all);
  });

  it("terminate takes all of deregister's keys beside its own, with the same values", () => {
    const own = { queue_name: "monitor" };
    expect(terminateInput.parse({ ...all, ...own })).to.deep.equal({ ...all, ...own });
  });
});
