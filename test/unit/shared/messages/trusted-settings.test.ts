// Rule 18: which settings count.
// Protects drains from settings that anybody could have sent, and keeps those that deregister has sent.
import { expect } from "chai";
import { withTrustedSettings } from "../../../../shared/messages/trusted-settings.ts";
import { type DrainKeys, settingsOf } from "../../../../shared/model/settings.ts";
import type { SenderRoleIds } from "../../../../shared/run/sender-role-ids.ts";
import { termination } from "../rules/builders.ts";

const OURS = "AROAEXAMPLEROLEIDAAA1";
const ROLES = new Set([OURS]);
const TOLD: DrainKeys = { cluster_name: "main", drain_timeout_seconds: 900, elb_name: "web" };
const OWN: DrainKeys = { elb_names: ["api"], drain_timeout_seconds: 300 };
const OVER: DrainKeys = { cluster_name: "main", drain_timeout_seconds: 300, elb_names: ["api"] };

const rows: readonly {
  readonly why: string;
  readonly sender: string | undefined;
  readonly roles: SenderRoleIds;
  readonly keys: DrainKeys | undefined;
  readonly told: DrainKeys | undefined;
  readonly counting: DrainKeys;
}[] = [
  {
    why: "of a role of ours count below the input's",
    sender: `${OURS}:deregister`,
    roles: ROLES,
    keys: OWN,
    told: TOLD,
    counting: OVER,
  },
  {
    why: "of a role of ours count where the input has none",
    sender: `${OURS}:deregister`,
    roles: ROLES,
    keys: undefined,
    told: TOLD,
    counting: TOLD,
  },
  {
    why: "of a stranger do not count, be the input's a single one",
    sender: "AROASOMEBODYELSEXXXX1:tool",
    roles: ROLES,
    keys: { poll_seconds: 9 },
    told: undefined,
    counting: { poll_seconds: 9 },
  },
  {
    why: "of an unknown sender do not count",
    sender: undefined,
    roles: ROLES,
    keys: OWN,
    told: undefined,
    counting: OWN,
  },
  {
    why: "do not count where nobody knows the roles",
    sender: `${OURS}:deregister`,
    roles: undefined,
    keys: OWN,
    told: undefined,
    counting: OWN,
  },
  {
    why: "of a stranger count where the input has none, as with the original",
    sender: "AROASOMEBODYELSEXXXX1:tool",
    roles: ROLES,
    keys: undefined,
    told: TOLD,
    counting: TOLD,
  },
];

describe("the settings of a message", () => {
  for (const { why, sender, roles, keys, told, counting } of rows) {
    it(why, () => {
      const read = { ...termination(), told: TOLD, settings: settingsOf(TOLD) };
      const trusted = withTrustedSettings(read, sender, roles, keys);
      expect(trusted).to.deep.equal({ ...read, told, settings: settingsOf(counting) });
    });
  }
});
