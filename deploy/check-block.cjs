// A plugin of Serverless that refuses a wrong block before anything is packaged, deployed or removed. It tells all that is wrong at
// once, each with its key. A right block gets a hook for each of its groups: YAML cannot make resources of
// a list. What else it chooses is put into the template too.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { parse } = require("yaml");
const {
  applyOptions,
  hooksOf,
  problemsOfBlock,
  problemsOfRoles,
  problemsOfStages,
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
          ...problemsOfStages(fileOf(serverless)).map((each) => `serverless.yml: custom.${each}`),
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

// The file as it is written. Of the block that is packaged, all variables are put in, and nothing tells of other stages.
function fileOf({ serviceDir, configurationFilename }) {
  if (!/\.ya?ml$/.test(configurationFilename)) return undefined;
  // CloudFormation's own tags stand for what is none of the block's.
  return parse(readFileSync(join(serviceDir, configurationFilename), "utf8"), {
    merge: true,
    logLevel: "silent",
  });
}

// In place, because what is packaged is this very object.
function addHooks(resources, block) {
  const { LifecycleHook } = resources;
  delete resources.LifecycleHook;
  Object.assign(resources, hooksOf(block, LifecycleHook));
}
