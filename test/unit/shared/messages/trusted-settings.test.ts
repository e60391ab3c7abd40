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

const STRANGER = "AROASOMEBODYELSEXXXX1:tool";

const rows: readonly {
  readonly why: string;
  readonly sender: string | undefined;
  readonly roles: SenderRoleIds;
  readonly keys: DrainKeys | undefined;
  /** Whether the input is `queue_name` alone. */
  readonly alone?: boolean;
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
    sender: STRANGER,
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
    why: "of a stranger do not count where the input has none, but says which hook is ours",
    sender: STRANGER,
    roles: ROLES,
    keys: undefined,
    told: undefined,
    counting: {},
  },
  {
    why: "of whoever it is count where the input has none, and nobody knows the roles",
    sender: STRANGER,
    roles: undefined,
    keys: undefined,
    told: TOLD,
    counting: TOLD,
  },
  ...[ROLES, undefined].map((roles) => ({
    why: `of a stranger count with queue_name alone, as with the original, where the roles are ${roles ? "known" : "not known"}`,
    sender: STRANGER,
    roles,
    keys: undefined,
    alone: true,
    told: TOLD,
    counting: TOLD,
  })),
];

describe("the settings of a message", () => {
  for (const { why, sender, roles: senderRoleIds, keys, alone = false, told, counting } of rows) {
    it(why, () => {
      const read = { ...termination(), told: TOLD, settings: settingsOf(TOLD) };
      const options = { keys, hasQueueNameAlone: alone, senderRoleIds };
      const trusted = withTrustedSettings(read, sender, options);
      expect(trusted).to.deep.equal({ ...read, told, settings: settingsOf(counting) });
    });
  }
});
