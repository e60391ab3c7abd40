// A plugin of Serverless that clears the build folder of serverless-esbuild before anything is packaged. Otherwise, the zips
// would contain what a killed run has left there.
const { rmSync } = require("node:fs");
const { join } = require("node:path");

module.exports = class ClearBuildFolder {
  constructor({ serviceDir }) {
    const clear = () => rmSync(join(serviceDir, ".esbuild"), { recursive: true, force: true });
    this.hooks = { "package:cleanup": clear, "before:deploy:function:packageFunction": clear };
  }
};
