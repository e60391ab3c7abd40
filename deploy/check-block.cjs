// A plugin of Serverless that refuses a wrong block before anything is packaged, deployed or removed. It tells all that is wrong at
// once, each with its key.
const { problemsOfBlock, problemsOfRoles } = require("./block.cjs");

module.exports = class CheckBlock {
  constructor(serverless, options) {
    this.hooks = {
      // After all variables are there, and before whatever the command does.
      initialize: () => {
        const { custom, resources } = serverless.service;
        const problems = [
          ...problemsOfBlock(custom, { stage: options?.stage }),
          ...problemsOfRoles(resources.Resources, custom ?? {}),
        ];
        if (problems.length === 0) return;
        const lines = problems.map((problem) => `- ${problem}`).join("\n");
        throw new serverless.classes.Error(
          `Nothing was done, because this is wrong:\n${lines}`,
          "WRONG_BLOCK",
        );
      },
    };
  }
};
