import { NO_MEMORY } from "../../shared/model/memory.ts";
import { settingsOf } from "../../shared/model/settings.ts";
import { Run } from "../../shared/run/run.ts";
import { untouchableRun } from "../unit/shared/fake-ports.ts";
import {
  clusterInstanceOf,
  hook,
  MINUTE,
  OURS,
  observed,
  returning,
  SECOND,
  SINCE,
  state,
  termination,
} from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn, portsWith } from "./bug.ts";

const silent = clusterInstanceOf({ agentConnected: false });
const ghost = {
  cluster: "main",
  containerInstance: silent.containerInstance,
  instance: { state: "terminated", group: "theirs" },
} as const;

/** Bugs in whose hook holds an instance, and in how a lifecycle action ends. */
export const IN_HOOKS: readonly Bug[] = [
  bugIn("ownerOf", {
    what: "a hook is ours if the name of the queue that it notifies ends as ours does",
    harm: "another team's instance is completed before its own job is done",
    plant: (ownerOf) => (of, view, ours) => {
      const owner = ownerOf(of, view, ours);
      const target = view.hooks?.find(({ name }) => name === of.hook)?.target;
      const isAlike = ours.queue !== undefined && target?.endsWith(ours.queue) === true;
      return owner === "another's" && isAlike ? "ours" : owner;
    },
    use: (ownerOf) =>
      ownerOf(
        { hook: "drain" },
        { hooks: [hook({ target: "arn:aws:sqs:us-east-1:123456789012:their-lifecycle" })] },
        OURS,
      ),
    foundBy: { scenarios: "hooks", test: "a queue whose name only ends as ours does is another's" },
  }),
  bugIn("decide", {
    what: "an instance that a group of another name has is drained too: its message's group is not compared",
    harm: "another team's instance is drained while it serves",
    plant: (decide) => (before, seen, now) =>
      decide(
        before,
        {
          ...seen,
          groupInstance: seen.groupInstance && { ...seen.groupInstance, group: before.group },
        },
        now,
      ),
    use: (decide) =>
      decide(termination(), observed(state("InService", "theirs")), SINCE + 3 * MINUTE).outcome,
    foundBy: { unit: "shared/rules/decide", test: "another group's instance: dropped" },
  }),
  bugIn("heldIn", {
    what: "a sweep overlooks the instances of a warm pool",
    harm: "an instance in the pool is held until its hook ends",
    plant: (heldIn) => (instances) => heldIn(instances).filter((each) => !each.state.startsWith("Warmed:")),
    use: (heldIn) => heldIn([{ instanceId: "i-1", state: "Warmed:Terminating:Wait" }]),
    foundBy: { scenarios: "sweep", test: "an instance in its warm pool's wait state is found too" },
  }),
  bugIn("decideGhost", {
    what: "a sweep takes out what another team's group has left in a cluster",
    harm: "another team's cluster loses container instances",
    plant: (decideGhost) => (suspect, ours, settings) => {
      const group = suspect.instance?.group;
      return decideGhost(suspect, group === undefined ? ours : new Set([...ours, group]), settings);
    },
    use: (decideGhost) => decideGhost(ghost as never, new Set(["fleet"]), () => [settingsOf({})]).kind,
    foundBy: { scenarios: "ghosts", test: "of a group that is none of ours: left, with a warning" },
  }),
  bugIn("readHooks", {
    what: "before a completion the hooks are not read again: an edit in the meantime goes unseen",
    harm: "what the owner has just asked for does not count",
    plant: (readHooks) => (run, group) => readHooks(run, group),
    use: async (readHooks) => {
      let asked = 0;
      const terminatingHooks = async () => {
        asked += 1;
        return [hook()];
      };
      const ports = portsWith({ autoScaling: { terminatingHooks } });
      const run = new Run({ ...ports, now: () => SINCE }, Number.POSITIVE_INFINITY);
      await readHooks(run, "fleet");
      await readHooks(run, "fleet", SINCE + SECOND);
      return asked;
    },
    foundBy: {
      unit: "shared/reconcile/conclude",
      test: "of a hook that was edited since the pass waits for another one: its owner may have given it more time",
    },
  }),
  bugIn("tryCompletion", {
    what: "a completion that Auto Scaling refuses once is not tried again",
    harm: "the drain is dropped while the hook holds the instance",
    plant: (tryCompletion) => (of, seen, now, end) => tryCompletion(of, seen, now + 2 * MINUTE, end),
    use: (tryCompletion) => {
      const of = termination({ refusedAt: SINCE });
      const outcome = { kind: "complete", result: "CONTINUE", reason: { why: "drained" } } as const;
      const end = { steps: [], warnings: [], memory: of.memory, outcome };
      return tryCompletion(of, observed(), SINCE + SECOND, end).outcome.kind;
    },
    foundBy: { unit: "shared/rules/completion", test: "refused, no other hook: tried again" },
  }),
  bugIn("supersede", {
    what: "a later lifecycle action of the same instance is taken for the one that has ended",
    harm: "an instance is completed, or never drained, by its past",
    plant: () => (of) => of,
    use: (supersede) =>
      supersede(
        termination(returning("root volume")),
        observed(state("ReplacingRootVolume:Wait")),
        SINCE + 10 * MINUTE,
      ).since,
    foundBy: {
      unit: "shared/rules/superseded-action",
      test: "once more, after it had gone on: its time starts again, and what is to be given back is remembered",
    },
  }),
  bugIn("decideReturning", {
    what: "an instance that does not come back within seconds is given up",
    harm: "the instance comes back and serves nothing",
    plant: (decideReturning) => (of, seen, now, returns) => {
      const { returningSince = now } = of.memory;
      const isGivenUp = now - returningSince >= 60 * 60;
      return decideReturning(of, seen, isGivenUp ? now + 60 * MINUTE : now, returns);
    },
    use: (decideReturning) =>
      decideReturning(
        termination(returning("root volume")),
        observed(state("Pending")),
        SINCE + 2 * MINUTE,
        "root volume",
      ).outcome.kind,
    foundBy: {
      scenarios: "returning",
      test: "a new root volume, same container instance: all is restored at InService",
    },
  }),
  bugIn("toFollow", {
    what: "an instance whose agent is silent is not followed: ECS counts its tasks for ever",
    harm: "ECS runs too few tasks, since it counts dead ones",
    plant: () => () => undefined,
    use: (toFollow) => {
      const of = termination({ containerInstances: [{ cluster: "main", arn: "ci-1" }] });
      const reason = { why: "absent", hookEndedFirst: undefined } as const;
      return toFollow(
        of,
        observed({ clusterInstances: [silent] }),
        { kind: "drop", reason, level: "info" },
        SINCE,
      );
    },
    foundBy: {
      scenarios: "ghosts",
      test: "cut off at its deadline with its agent silent: followed, and out of its cluster once it is terminated",
    },
  }),
  bugIn("decideFollowed", {
    what: "what is followed is taken out of its cluster once EC2 says that it is stopped",
    harm: "an instance that is started again has lost its place in the cluster",
    plant: (decideFollowed) => (of, view, now) =>
      decideFollowed(of, view.instance === "stopped" ? { ...view, instance: "terminated" } : view, now),
    use: (decideFollowed) => {
      const followed = { ...NO_MEMORY, followedSince: SINCE };
      const view = {
        groupInstance: undefined,
        containerInstances: [{ ...silent, permitted: true }],
        instance: "stopped",
        unread: {},
      } as const;
      return decideFollowed({ ...termination(), memory: followed }, view as never, SINCE + MINUTE).kind;
    },
    foundBy: { unit: "shared/rules/following", test: "stopped by EC2's word: follow" },
  }),
  bugIn("isRoundDue", {
    what: "the account's load balancers are searched once a drain, and not again",
    harm: "requests fail: a registration that came later is overlooked",
    plant: (isRoundDue) => (of, now) => of.memory.roundAt === undefined && isRoundDue(of, now),
    use: (isRoundDue) =>
      isRoundDue(termination({ roundAt: SINCE }, { settings: { discover: "all" } }), SINCE + 60 * MINUTE),
    foundBy: {
      scenarios: "discovery",
      test: "that is registered in the middle of a long drain is found by the next round",
    },
  }),
  bugIn("withTrustedMemory", {
    what: "the memory of any sender counts",
    harm: "whoever may send a message decides what was seen and done",
    plant: () => (_run, read) => read,
    use: (withTrustedMemory) =>
      withTrustedMemory(
        untouchableRun().run,
        {
          kind: "termination",
          termination: termination({ drainingAt: SINCE }),
          unknown: { kept: [], dropped: [] },
        },
        "AIDASOMEBODY",
        new Set(["AROAOURS"]),
      ).termination.memory.drainingAt,
    foundBy: {
      scenarios: "senders",
      test: "all was gone long ago: it adds nothing to the drain, before its first pass or in the middle",
    },
  }),
];
