import type { Bug } from "./bug.ts";

/** Bugs in observing and acting. */
export const IN_DRAINS: readonly Bug[] = [
  {
    what: "a cluster that could not be read is taken for one without tasks",
    file: "shared/observe/cluster.ts",
    text: '    if ("unread" in answer) member.unread = answer.unread;\n    else member.members',
    instead: '    if ("value" in answer) member.members',
    foundBy: { scenarios: "trouble", test: "ecs:* denied for five minutes in the middle of a drain" },
  },
  {
    what: "a target group that could not be read is taken for one without targets",
    file: "shared/observe/load-balancers.ts",
    text: 'if (group && "unread" in group) result.unread = group.unread;',
    instead: "",
    foundBy: { scenarios: "trouble", test: "elbv2:* denied for five minutes in the middle of a drain" },
  },
  {
    what: "an instance that its classic load balancer lists no more is gone, though it drains",
    file: "shared/observe/load-balancers.ts",
    text: "if (!registered && !draining.has(termination.instanceId)) continue;",
    instead: "if (!registered && draining.size >= 0) continue;",
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  },
  {
    what: "one item that AWS refuses fails the batch that it is in",
    file: "shared/act/carry-out.ts",
    text: 'if (!(error instanceof AwsCallError) || error.kind !== "wrong") {',
    instead: 'if (!(error instanceof AwsCallError) || error.kind !== "gone") {',
    foundBy: {
      scenarios: "one-of-many",
      test: "a target that its group refuses to take out is told of, and the others go without it",
    },
  },
  {
    what: "a dry run sends heartbeats",
    file: "shared/reconcile.ts",
    text: "options.dryRun\n    ? new Map<Termination, Termination>()\n    : await beat(ports, run, held, !options.mayComplete);",
    instead: "await beat(ports, run, held, !options.mayComplete);",
    foundBy: { scenarios: "dry-run", test: "no heartbeat is sent: the hook's own timeout ends it" },
  },
  {
    what: "a heartbeat that was refused is sent again at every look",
    file: "shared/act/heartbeat.ts",
    text: "return (await findAnotherAction(ports, run, termination)) ?? asked;",
    instead: "return (await findAnotherAction(ports, run, termination)) ?? termination;",
    foundBy: { scenarios: "heartbeats", test: "a heartbeat that is refused is not sent again at every look" },
  },
  {
    what: "the message of an instance that comes back is deleted at its completion",
    file: "shared/act/complete-action.ts",
    text: 'if (memory.returns === undefined) return { kind: "completed", termination };\n    return again("the instance to come back", { completedAt: now });',
    instead: 'return { kind: "completed", termination };',
    foundBy: {
      scenarios: "returning",
      test: "a new root volume, same container instance: all is restored at InService",
    },
  },
  {
    what: "the message of an instance that another hook still holds is deleted, and the sweep drains it anew",
    file: "shared/act/complete-action.ts",
    text: "if (others.length > 0) {",
    instead: "if (others.length > 1) {",
    foundBy: {
      scenarios: "sweep",
      test: "where another hook holds the instance after ours, nothing circles: it is completed once",
    },
  },
  {
    what: "a heartbeat is due when the hook's timer has run out, not before",
    file: "shared/rules/heartbeat.ts",
    text: "Math.ceil(Math.max(third, timeout - remaining))",
    instead: "Math.ceil(Math.max(third, timeout + remaining))",
    foundBy: { scenarios: "heartbeats", test: "a hook of 300 s outlasts a drain of 1200 s" },
  },
  {
    what: "a drain that is done before its deadline ends with ABANDON where on_timeout says abandon, and cancels the other hooks",
    file: "shared/rules/draining.ts",
    text: 'const end = complete({ ...memory, goneAt }, "CONTINUE",',
    instead:
      'const end = complete({ ...memory, goneAt }, termination.settings.onTimeout === "abandon" ? "ABANDON" : "CONTINUE",',
    foundBy: {
      scenarios: "deadlines",
      test: "abandon is for the deadline alone: a drain that is done before it cancels no other hook",
    },
  },
  {
    what: "the tasks of any service are stopped once nothing else is left, not those of daemons alone",
    file: "shared/rules/stop-tasks.ts",
    text: "service.name === task.service && service.daemon",
    instead: "service.name === task.service",
    foundBy: {
      scenarios: "stop-tasks",
      test: "what the instance itself started is stopped once nothing else is left",
    },
  },
  {
    what: "an instance that comes back is registered wherever it was seen, also where ECS took it out",
    file: "shared/rules/returning.ts",
    text: "const register = memory.toTake",
    instead: "const register = memory.registrations",
    foundBy: {
      scenarios: "returning",
      test: "a new root volume: what ECS took out meanwhile, only ECS registers again",
    },
  },
];
