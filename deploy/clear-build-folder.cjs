// A plugin of Serverless that clears serverless-esbuild's build folder before anything is packaged. What a killed run has
// left there would else be packed into the zips.
const { rmSync } = require("node:fs");
const { join } = require("node:path");

module.exports = class ClearBuildFolder {
  constructor({ serviceDir }) {
    const clear = () => rmSync(join(serviceDir, ".esbuild"), { recursive: true, force: true });
    this.hooks = { "package:cleanup": clear, "before:deploy:function:packageFunction": clear };
  }
};
