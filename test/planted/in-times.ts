import { settingsOf } from "../../shared/model/settings.ts";
import { hook, MINUTE, observed, SECOND, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

/** The settings that a plain hook gives. */
const inForce = { hooks: [hook()], owner: "ours" } as const;

/** A hook of five minutes, whose timer has nearly run out. */
const due = { hooks: [hook({ heartbeatTimeout: 5 * MINUTE })] };

/** Bugs in times: their units, their bounds, and what is due when. */
export const IN_TIMES: readonly Bug[] = [
  bugIn("settingsInForce", {
    what: "drain_timeout_seconds is taken for minutes",
    harm: "a task that hangs holds its instance for days",
    plant:
      (settingsInForce) =>
      (...given) => {
        const settings = settingsInForce(...given);
        return { ...settings, drainTimeoutSeconds: settings.drainTimeoutSeconds * 60 };
      },
    use: (settingsInForce) => settingsInForce(termination(), inForce, {}).drainTimeoutSeconds,
    foundBy: { scenarios: "deadlines", test: "without drain_timeout_seconds it is an hour" },
  }),
  bugIn("settingsInForce", {
    what: "a drain ends a minute before its time, since the run's own minute is counted too",
    harm: "tasks are killed a minute before their time",
    plant:
      (settingsInForce) =>
      (...given) => {
        const settings = settingsInForce(...given);
        return { ...settings, drainTimeoutSeconds: settings.drainTimeoutSeconds - 60 };
      },
    use: (settingsInForce) => settingsInForce(termination(), inForce, {}).drainTimeoutSeconds,
    foundBy: { scenarios: "deadlines", test: "without drain_timeout_seconds it is an hour" },
  }),
  bugIn("settingsInForce", {
    what: "the default of stop_tasks is all: what somebody started by hand is stopped",
    harm: "a job that somebody started by hand is killed",
    plant:
      (settingsInForce) =>
      (...given) => {
        const settings = settingsInForce(...given);
        return settings.stopTasks === "daemon" ? { ...settings, stopTasks: "all" } : settings;
      },
    use: (settingsInForce) => settingsInForce(termination(), inForce, {}).stopTasks,
    foundBy: { scenarios: "stop-tasks", test: "other standalone tasks hold the instance until the deadline" },
  }),
  bugIn("settingsUnder", {
    what: "the input's settings are put over those of the hook's metadata, instead of below them",
    harm: "the owner of a hook has no say",
    plant: () => (metadata, keys) =>
      settingsOf({ ...(metadata === undefined ? {} : JSON.parse(metadata)), ...keys }),
    use: (settingsUnder) =>
      settingsUnder('{"drain_timeout_seconds": 1200}', { drain_timeout_seconds: 600 }).drainTimeoutSeconds,
    foundBy: { unit: "shared/rules/settings-in-force", test: "the hook's over the input's" },
  }),
  bugIn("settleMilliseconds", {
    what: "settle_seconds is taken for milliseconds",
    harm: "a Network Load Balancer still sends to an instance that is gone",
    plant: (settleMilliseconds) => (of) => settleMilliseconds(of) / 1_000,
    use: (settleMilliseconds) => settleMilliseconds(termination({}, { settings: { settleSeconds: 60 } })),
    foundBy: { scenarios: "deadlines", test: "settle_seconds lie between gone and complete" },
  }),
  bugIn("leadOf", {
    what: "maintenance_lead_hours is taken for minutes",
    harm: "EC2 retires the instance before it is replaced",
    plant: (leadOf) => (keys) => leadOf(keys) / 60,
    use: (leadOf) => leadOf({ maintenance_lead_hours: 2 }),
    foundBy: {
      scenarios: "replacements",
      test: "a maintenance weeks ahead waits in no message, and goes when its lead has come",
    },
  }),
  bugIn("isSweepDue", {
    what: "sweep_minutes is taken for hours: what is lost is found hours later",
    harm: "a lost message means an undrained instance",
    plant: (isSweepDue) => (startedAt, everyMinutes) => isSweepDue(startedAt, 60 * everyMinutes),
    use: (isSweepDue) => isSweepDue(SINCE + 5 * MINUTE, 5),
    foundBy: {
      scenarios: "sweep",
      test: "a message that was lost: found within a sweep interval, and drained",
    },
  }),
  bugIn("parseLifecycleMessage", {
    what: "a message's time is read as UTC, whatever its time zone",
    harm: "the deadline comes hours too early or too late",
    plant: (parseLifecycleMessage) => (body) =>
      parseLifecycleMessage(body.replace(/("[Tt]ime": ?"[^"]*)[+-]\d\d:\d\d"/, '$1Z"')),
    use: (parseLifecycleMessage) =>
      parseLifecycleMessage(
        JSON.stringify({
          LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          EC2InstanceId: "i-00000000000000001",
          AutoScalingGroupName: "fleet",
          LifecycleHookName: "drain",
          LifecycleActionToken: "00000000-0000-0000-0000-000000000001",
          Time: "2026-11-20T10:00:00+01:00",
        }),
      ),
    foundBy: { unit: "shared/messages/lifecycle-message", test: "with its time in another time zone" },
  }),
  bugIn("begin", {
    what: "a drain begins again with each pass, and never comes to its end",
    harm: "a task that hangs holds its instance for days",
    plant: (begin) => (of, view, now) =>
      begin({ ...of, memory: { ...of.memory, begunAt: undefined } }, view, now),
    use: (begin) => begin(termination(), observed(), SINCE + MINUTE).memory.begunAt,
    foundBy: {
      scenarios: "deadlines",
      test: "on_timeout continue: completed with CONTINUE at the deadline, with what is left",
    },
  }),
  bugIn("isHeartbeatDue", {
    what: "no heartbeat is sent once all is gone: a long settling outlasts the hook",
    harm: "the hook ends in the middle, with its default result",
    plant: (isHeartbeatDue) => (of, view, now, first) =>
      of.memory.goneAt === undefined && isHeartbeatDue(of, view, now, first),
    use: (isHeartbeatDue) =>
      isHeartbeatDue(termination({ goneAt: SINCE }), observed(due), SINCE + 4 * MINUTE, false),
    foundBy: {
      scenarios: "heartbeats",
      test: "a hook of 300 s outlasts 1200 s in which all is gone and the instance settles",
    },
  }),
  bugIn("isHeartbeatDue", {
    what: "no heartbeat is sent while the hooks cannot be read",
    harm: "the hook ends during an outage, and tasks are killed",
    plant: (isHeartbeatDue) => (of, view, now, first) =>
      view.owner !== undefined && isHeartbeatDue(of, view, now, first),
    use: (isHeartbeatDue) => {
      const view = observed({ hooks: undefined, owner: undefined });
      return isHeartbeatDue(termination(), view, SINCE + 4 * MINUTE, false);
    },
    foundBy: {
      scenarios: "hooks",
      test: "hooks that cannot be read while a drain goes on: heartbeats keep ours alive",
    },
  }),
  bugIn("isHeartbeatDue", {
    what: "with on_timeout leave, heartbeats go on after the drain's time: the instance stays for days",
    harm: "the instance is held, and paid for, for two days",
    plant: (isHeartbeatDue) => (of, view, now, first) => {
      const isLeft = of.settings.onTimeout === "leave";
      const settings = isLeft
        ? { ...of.settings, drainTimeoutSeconds: Number.POSITIVE_INFINITY }
        : of.settings;
      return isHeartbeatDue({ ...of, settings }, view, now, first);
    },
    use: (isHeartbeatDue) =>
      isHeartbeatDue(
        termination({}, { settings: { onTimeout: "leave", drainTimeoutSeconds: 60 } }),
        observed(due),
        SINCE + 4 * MINUTE,
        false,
      ),
    foundBy: {
      scenarios: "heartbeats",
      test: "stops at the drain's deadline when the hook's own timeout is to decide",
    },
  }),
  bugIn("withShortestTimeout", {
    what: "when a hook was edited, the latest timeout counts and not the shortest",
    harm: "the hook ends in the middle of the drain",
    plant: (withShortestTimeout) => (of, view) =>
      withShortestTimeout({ ...of, memory: { ...of.memory, shortestTimeout: 0 } }, view),
    use: (withShortestTimeout) =>
      withShortestTimeout(termination({ shortestTimeout: 5 * MINUTE }), inForce).memory.shortestTimeout,
    foundBy: {
      scenarios: "heartbeats",
      test: "a hook that gets a longer timeout in the middle outlasts the drain: the old one goes on to count",
    },
  }),
  bugIn("isFresh", {
    what: "a pass completes however old it is",
    harm: "the instance goes by what was true a minute ago",
    plant: () => () => true,
    use: (isFresh) => isFresh(SINCE, SINCE + MINUTE, SINCE + 30 * SECOND),
    foundBy: {
      unit: "shared/reconcile/reconcile-completes",
      test: "leaves to the next run what it could complete only once that does not receive any more",
    },
  }),
  bugIn("dueOf", {
    what: "the completion queue is sorted the wrong way: who has waited longest comes last",
    harm: "some instances wait until their hooks end",
    plant: () => (tracked, time) => {
      const due = tracked.filter(
        ({ termination: { memory } }) => (memory.nextPassAt ?? 0) <= time + 2 * SECOND,
      );
      const isQueued = (each: (typeof tracked)[number]) =>
        time < (each.termination.memory.queuedUntil ?? time);
      const waits = (each: (typeof tracked)[number]) => each.termination.memory.changedAt ?? 0;
      return {
        queued: due.filter(isQueued).sort((a, b) => waits(b) - waits(a)),
        others: due.filter((each) => !isQueued(each)),
      };
    },
    use: (dueOf) => {
      const waiting = (changedAt: number) => ({
        termination: termination({ changedAt, queuedUntil: 2 * SINCE }),
      });
      return dueOf([waiting(SINCE), waiting(SINCE + SECOND)], SINCE, 2).queued;
    },
    foundBy: {
      unit: "shared/rules/due",
      test: "are of the queue no more than a batch, those first that have waited longest",
    },
  }),
];
