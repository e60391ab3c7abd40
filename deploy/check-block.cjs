// A plugin of Serverless that refuses a wrong block before anything is packaged, deployed or removed. It tells all that is wrong at
// once, each with its key. A right block gets a hook for each of its groups: YAML cannot make resources of
// a list. What else it chooses is put into the template too.
const {
  applyOptions,
  hooksOf,
  problemsOfBlock,
  problemsOfRoles,
  rightBlock,
  warningsOfBlock,
} = require("./block.cjs");
const { addReasons } = require("./findings.cjs");

module.exports = class CheckBlock {
  constructor(serverless, options, { log }) {
    this.hooks = {
      // After all variables are there, and before whatever the command does.
      initialize: () => {
        const { custom, resources } = serverless.service;
        applyOptions(serverless.service, rightBlock(custom ?? {}));
        const problems = [
          ...problemsOfBlock(custom, { stage: options?.stage }),
          ...problemsOfRoles(resources.Resources, custom ?? {}),
        ];
        if (problems.length === 0) {
          for (const warning of warningsOfBlock(custom)) log.warning(warning);
          addHooks(resources.Resources, custom);
          addReasons(resources);
          return;
        }
        const lines = problems.map((problem) => `- ${problem}`).join("\n");
        throw new serverless.classes.Error(
          `Nothing was done, because this is wrong:\n${lines}`,
          "WRONG_BLOCK",
        );
      },
    };
  }
};

// In place, because what is packaged is this very object.
function addHooks(resources, block) {
  const { LifecycleHook } = resources;
  delete resources.LifecycleHook;
  Object.assign(resources, hooksOf(block, LifecycleHook));
}
