// What bugs can be planted in: exports of shared/ and functions/, by name. The compiler knows each one's type, so a rename or a
// move is an error here, and in each bug that names it.

const LOADERS = {
  afterCompletion: async () => (await import("../../shared/rules/after-pass.ts")).afterCompletion,
  allItems: async () => (await import("../../shared/aws/answers.ts")).allItems,
  autoScalingPort: async () => (await import("../../shared/aws/autoscaling.ts")).autoScalingPort,
  begin: async () => (await import("../../shared/rules/deadline.ts")).begin,
  classicLoadBalancers: async () => (await import("../../shared/aws/elb.ts")).classicLoadBalancers,
  createClients: async () => (await import("../../shared/aws/clients.ts")).createClients,
  createPorts: async () => (await import("../../shared/run/ports.ts")).createPorts,
  decide: async () => (await import("../../shared/rules/decide.ts")).decide,
  decideFollowed: async () => (await import("../../shared/rules/following.ts")).decideFollowed,
  decideGhost: async () => (await import("../../shared/rules/ghosts.ts")).decideGhost,
  decideReplacements: async () => (await import("../../shared/rules/replacements.ts")).decideReplacements,
  decideReturning: async () => (await import("../../shared/rules/returning.ts")).decideReturning,
  decideScaling: async () => (await import("../../shared/rules/scale-tasks.ts")).decideScaling,
  deleteAll: async () => (await import("../../shared/messages/receive.ts")).deleteAll,
  dueOf: async () => (await import("../../shared/rules/due.ts")).dueOf,
  givenBack: async () => (await import("../../shared/messages/sqs-event.ts")).givenBack,
  handleNotices: async () => (await import("../../shared/reconcile/handle-notices.ts")).handleNotices,
  handOver: async () => (await import("../../shared/reconcile/hand-over.ts")).handOver,
  handsOverAt: async () => (await import("../../shared/run/invocation.ts")).handsOverAt,
  heldIn: async () => (await import("../../shared/rules/sweep.ts")).heldIn,
  isFresh: async () => (await import("../../shared/rules/freshness.ts")).isFresh,
  isHeartbeatDue: async () => (await import("../../shared/rules/heartbeat.ts")).isHeartbeatDue,
  isRoundDue: async () => (await import("../../shared/rules/rounds.ts")).isRoundDue,
  isScheduled: async () => (await import("../../shared/rules/notices.ts")).isScheduled,
  isSweepDue: async () => (await import("../../shared/rules/sweep.ts")).isSweepDue,
  leadOf: async () => (await import("../../shared/model/settings.ts")).leadOf,
  liveTasks: async () => (await import("../../shared/model/tasks.ts")).liveTasks,
  merge: async () => (await import("../../shared/messages/merge-duplicates.ts")).merge,
  mergedMemory: async () => (await import("../../shared/messages/merge-memories.ts")).mergedMemory,
  mergeNotices: async () => (await import("../../shared/rules/replacements.ts")).mergeNotices,
  metadataProblems: async () => (await import("../../shared/rules/settings-in-force.ts")).metadataProblems,
  noOlderThanActivity: async () => (await import("../../shared/rules/deadline.ts")).noOlderThanActivity,
  noticePolicyOf: async () => (await import("../../shared/rules/notices.ts")).noticePolicyOf,
  openEnvelopes: async () => (await import("../../shared/messages/envelope.ts")).openEnvelopes,
  ownerOf: async () => (await import("../../shared/rules/whose-hook.ts")).ownerOf,
  ownKeysOf: async () => (await import("../../shared/model/settings.ts")).ownKeysOf,
  parseLifecycleMessage: async () =>
    (await import("../../shared/messages/lifecycle-message.ts")).parseLifecycleMessage,
  readHooks: async () => (await import("../../shared/run/read-hooks.ts")).readHooks,
  reconcile: async () => (await import("../../shared/reconcile/reconcile.ts")).reconcile,
  remember: async () => (await import("../../shared/rules/remember.ts")).remember,
  rememberSteps: async () => (await import("../../shared/rules/after-pass.ts")).rememberSteps,
  sameForm: async () => (await import("../../shared/model/network-interface.ts")).sameForm,
  serviceScalePort: async () => (await import("../../shared/aws/service-scale.ts")).serviceScalePort,
  settingsInForce: async () => (await import("../../shared/rules/settings-in-force.ts")).settingsInForce,
  settingsUnder: async () => (await import("../../shared/model/settings.ts")).settingsUnder,
  settleMilliseconds: async () => (await import("../../shared/rules/settle.ts")).settleMilliseconds,
  stepsFor: async () => (await import("../../shared/rules/steps.ts")).stepsFor,
  supersede: async () => (await import("../../shared/rules/superseded-action.ts")).supersede,
  targetGroups: async () => (await import("../../shared/aws/elbv2.ts")).targetGroups,
  tasksToStop: async () => (await import("../../shared/rules/stop-tasks.ts")).tasksToStop,
  toFollow: async () => (await import("../../shared/rules/following.ts")).toFollow,
  TrackedTerminations: async () =>
    (await import("../../shared/reconcile/tracked-terminations.ts")).TrackedTerminations,
  tryCompletion: async () => (await import("../../shared/rules/completion.ts")).tryCompletion,
  withProvenInterruption: async () =>
    (await import("../../shared/rules/spot-interruption.ts")).withProvenInterruption,
  withShortestTimeout: async () => (await import("../../shared/rules/heartbeat.ts")).withShortestTimeout,
  withTrustedMemory: async () => (await import("../../shared/messages/trusted-memory.ts")).withTrustedMemory,
  withTrustedSettings: async () =>
    (await import("../../shared/messages/trusted-settings.ts")).withTrustedSettings,
  withTwinsApart: async () => (await import("../../shared/model/tasks.ts")).withTwinsApart,
};

/** The exports, by name. */
export type Seams = { readonly [N in keyof typeof LOADERS]: Awaited<ReturnType<(typeof LOADERS)[N]>> };
export type SeamName = keyof Seams;

/**
 * Loads each export when it is asked for: a bug's own module must not need the module that the bug is planted in, or
 * neither would load.
 */
export const SEAMS: { readonly [N in SeamName]: () => Promise<Seams[N]> } = LOADERS;
