// What the files that Serverless loads need of the block. It cannot load TypeScript: deploy/block.cjs makes one file of this.
export { heldBy } from "./held.ts";
export { hooksOf } from "./hooks.ts";
export { groupNamesOf, groupsOf, groupTagOf, inputsOf, queueNamesOf, SERVICE } from "./inputs.ts";
export { lifecycleEventPatternOf, subscriptionsOf } from "./intake.ts";
export { applyOptions, LOG_GROUPS } from "./options.ts";
export { problemsOfRoles } from "./policies.ts";
export { problemsOfBlock, rightBlock, warningsOfBlock } from "./problems.ts";
export { BLOCK_KEYS, rightValue } from "./schema.ts";
export { problemsOfStages } from "./stages.ts";
