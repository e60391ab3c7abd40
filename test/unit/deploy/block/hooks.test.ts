// Protects the hooks that the template makes of the block: none is replaced by a new order of the list, and each has its group's
// settings as the functions read them.
import { expect } from "chai";
import { hookIdOf, hooksOf } from "../../../../deploy/block/hooks.ts";
import { settingsUnder } from "../../../../shared/model/settings.ts";

const HOOK = {
  Type: "AWS::AutoScaling::LifecycleHook",
  DependsOn: ["MonitorQueue"],
  Properties: { AutoScalingGroupName: "web", LifecycleHookName: "asg-drain-live", HeartbeatTimeout: 3600 },
};
const PAYMENTS = {
  name: "pay",
  heartbeat_timeout_seconds: 900,
  cluster_name: "pay",
  drain_timeout_seconds: 14400,
};

describe("the hooks of the block", () => {
  it("are one for auto_scaling_group_name, as it has always been, and one for each of groups", () => {
    const hooks = hooksOf({ auto_scaling_group_name: "web", groups: ["batch", PAYMENTS] }, HOOK);
    expect(hooks).to.deep.equal({
      LifecycleHook: HOOK,
      [hookIdOf("batch")]: { ...HOOK, Properties: { ...HOOK.Properties, AutoScalingGroupName: "batch" } },
      [hookIdOf("pay")]: {
        ...HOOK,
        Properties: {
          ...HOOK.Properties,
          AutoScalingGroupName: "pay",
          HeartbeatTimeout: 900,
          NotificationMetadata: '{"cluster_name":"pay","drain_timeout_seconds":14400}',
        },
      },
    });
  });

  it("are those of groups alone without auto_scaling_group_name, and none with a tag alone", () => {
    expect(Object.keys(hooksOf({ groups: ["batch"] }, HOOK))).to.deep.equal([hookIdOf("batch")]);
    expect(hooksOf({ group_tag: "drain" }, HOOK)).to.deep.equal({});
  });

  it("are the same in another order of the list", () => {
    const groups = ["a", PAYMENTS, "b"];
    expect(hooksOf({ groups: groups.toReversed() }, HOOK)).to.deep.equal(hooksOf({ groups }, HOOK));
  });

  it("have ids that CloudFormation takes, one for each name", () => {
    const names = ["web-a", "weba", "web.a", "Web-a", "ünï", "x".repeat(255), `${"x".repeat(254)}y`];
    const ids = names.map(hookIdOf);
    for (const id of ids) expect(id).to.match(/^LifecycleHook[A-Za-z0-9]{8,242}$/);
    expect(new Set(ids).size).to.equal(names.length);
    // Another id would replace hooks that are deployed.
    expect(hookIdOf("web-a")).to.equal("LifecycleHookweba53038299");
  });

  it("carry what the functions take for the settings of the group", () => {
    const [hook] = Object.values(hooksOf({ groups: [PAYMENTS] }, HOOK));
    const settings = settingsUnder(String(hook?.Properties.NotificationMetadata), { cluster_name: "web" });
    expect(settings).to.deep.include({ clusterNames: ["pay"], drainTimeoutSeconds: 14400 });
  });
});
