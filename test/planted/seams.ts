// What bugs can be planted in: exports of shared/ and functions/, by name. The compiler knows each one's type, so a rename or a
// move is an error here, and in each bug that names it.

const LOADERS = {
  afterCompletion: async () => (await import("../../shared/rules/after-pass.ts")).afterCompletion,
  classicLoadBalancers: async () => (await import("../../shared/aws/elb.ts")).classicLoadBalancers,
  createPorts: async () => (await import("../../shared/run/ports.ts")).createPorts,
  decide: async () => (await import("../../shared/rules/decide.ts")).decide,
  decideReturning: async () => (await import("../../shared/rules/returning.ts")).decideReturning,
  deleteAll: async () => (await import("../../shared/messages/receive.ts")).deleteAll,
  givenBack: async () => (await import("../../shared/messages/sqs-event.ts")).givenBack,
  handsOverAt: async () => (await import("../../shared/run/invocation.ts")).handsOverAt,
  isHeartbeatDue: async () => (await import("../../shared/rules/heartbeat.ts")).isHeartbeatDue,
  isScheduled: async () => (await import("../../shared/rules/notices.ts")).isScheduled,
  merge: async () => (await import("../../shared/messages/merge-duplicates.ts")).merge,
  metadataProblems: async () => (await import("../../shared/rules/settings-in-force.ts")).metadataProblems,
  ownKeysOf: async () => (await import("../../shared/model/settings.ts")).ownKeysOf,
  noOlderThanActivity: async () => (await import("../../shared/rules/deadline.ts")).noOlderThanActivity,
  parseMonitorMessage: async () =>
    (await import("../../shared/messages/monitor-message.ts")).parseMonitorMessage,
  reconcile: async () => (await import("../../shared/reconcile/reconcile.ts")).reconcile,
  settingsInForce: async () => (await import("../../shared/rules/settings-in-force.ts")).settingsInForce,
  serviceScalePort: async () => (await import("../../shared/aws/service-scale.ts")).serviceScalePort,
  targetGroups: async () => (await import("../../shared/aws/elbv2.ts")).targetGroups,
  tasksToStop: async () => (await import("../../shared/rules/stop-tasks.ts")).tasksToStop,
  TrackedTerminations: async () =>
    (await import("../../shared/reconcile/tracked-terminations.ts")).TrackedTerminations,
  withProvenInterruption: async () =>
    (await import("../../shared/rules/spot-interruption.ts")).withProvenInterruption,
};

/** The exports, by name. */
export type Seams = { readonly [N in keyof typeof LOADERS]: Awaited<ReturnType<(typeof LOADERS)[N]>> };
export type SeamName = keyof Seams;

/**
 * Loads each export when it is asked for: a bug's own module must not need the module that the bug is planted in, or
 * neither would load.
 */
export const SEAMS: { readonly [N in SeamName]: () => Promise<Seams[N]> } = LOADERS;
