// The mutants of the rules that no test can tell from the rules themselves, and why not.

/** Where it is, what stands there, and what the mutant has instead. */
type Mutant = readonly [file: string, original: string, replacement: string];

/** Mutants that survive, by the reason for which they behave the same; two that look the same are named twice. */
export const EQUIVALENTS: readonly (readonly [why: string, mutants: readonly Mutant[]])[] = [
  [
    "Never reached: TypeScript proves it, or its caller has asked already",
    [
      ["deadline.ts", "default:", "default:"],
      ["returning.ts", "default:", "default:"],
      ["returning.ts", "observed.groupInstance?.state", "observed.groupInstance.state"],
      ["returning.ts", '""', '"Stryker was here!"'],
      ["returning.ts", '""', '"Stryker was here!"'],
      ["remember.ts", "observed.groupInstance?.state", "observed.groupInstance.state"],
      ["remember.ts", '""', '"Stryker was here!"'],
      ["blocker.ts", "recheck?.until", "recheck.until"],
      ["warnings.ts", "[]", '["Stryker was here"]'],
      ["still-there.ts", "groupInstance?.state", "groupInstance.state"],
      ["still-there.ts", "live.get(status)?.length", "live.get(status).length"],
    ],
  ],
  [
    "A number compared with undefined, or with what is reckoned from it, is false all the same",
    [
      ["decision.ts", "[]", '["Stryker was here"]'],
      ["superseded-action.ts", "completedAt !== undefined", "true"],
      ["decision.ts", "each !== undefined", "true"],
      ["heartbeat.ts", "at !== undefined", "true"],
      ["draining.ts", "memory.unknownSince === undefined", "false"],
      ["blocker.ts", "heartbeatAt !== undefined", "true"],
      ["returning.ts", "since !== undefined", "true"],
      ["steps.ts", "memory.actedAt !== undefined", "true"],
      ["steps.ts", "orphanedAt !== undefined", "true"],
      ["steps.ts", "addressTask.stoppedAt !== undefined", "true"],
      ["steps.ts", "alone === undefined", "false"],
    ],
  ],
  [
    "No list holds undefined, or the mutant's text",
    [
      ["remember.ts", "instance !== undefined", "true"],
      ["steps.ts", "task.service !== undefined", "true"],
      ["stop-tasks.ts", "task.service !== undefined", "true"],
      ["steps.ts", 'step.kind === "deregister"', "true"],
      ["steps.ts", 'step.kind === "drain"', "true"],
      ["steps.ts", "[]", '["Stryker was here"]'],
      ["steps.ts", "[]", '["Stryker was here"]'],
      ["warnings.ts", "[]", '["Stryker was here"]'],
    ],
  ],
  [
    "What a pass shows is remembered before it is decided upon, so that these are never undefined together",
    [
      ["draining.ts", "noContainerInstanceSince === undefined", "false"],
      ["draining.ts", "noRegistrationSince === undefined", "false"],
      ["stop-tasks.ts", "memory.drainingAt === undefined", "false"],
    ],
  ],
  ["Asked for another word only", [["decide.ts", '"untouchable"', '""']]],
];
