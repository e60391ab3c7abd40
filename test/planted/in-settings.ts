import { settingsOf } from "../../shared/model/settings.ts";
import { hook, observed, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

const edited = { hooks: [hook({ metadata: '{"drain_timeout_seconds": 1200, "settle_seconds": "20"}' })] };

/** Bugs in which settings count. */
export const IN_SETTINGS: readonly Bug[] = [
  bugIn("ownKeysOf", {
    what: "the settings of a message count, though terminate's input has its own",
    harm: "whoever may send a message decides how a drain goes",
    plant: () => () => undefined,
    use: (ownKeysOf) => ownKeysOf({ cluster_name: "main" }),
    foundBy: {
      scenarios: "settings",
      test: "on the monitor queue, while the right message is lost, do not count for an instance that our hook holds (terminate with its own input)",
    },
  }),
  bugIn("settingsInForce", {
    what: "the settings of a hook's metadata do not count",
    harm: "the owner of a hook has no say",
    plant: (settingsInForce) => (of, view, keys) => settingsInForce(of, { ...view, owner: undefined }, keys),
    use: (settingsInForce) =>
      settingsInForce(termination({}, { settings: settingsOf({}) }), observed(edited), {}),
    foundBy: {
      scenarios: "settings",
      test: "has less time: it ends with what is left within the next two runs (terminate with its own input)",
    },
  }),
  bugIn("metadataProblems", {
    what: "a wrong value in a hook's metadata is overlooked, and the instance is completed without it",
    harm: "the instance goes before what its owner meant to wait for",
    plant: () => () => [],
    use: (metadataProblems) => metadataProblems(termination(), observed(edited)),
    foundBy: {
      scenarios: "settings",
      test: "waits when nothing is left, and is completed by the next run once it is corrected",
    },
  }),
];
