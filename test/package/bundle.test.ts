// Protects what deploy/esbuild-plugins.cjs does to the SDK's schemas: the functions in a bundle that is made as serverless.yml
// says make the same calls as their sources, and understand the same answers.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type BuildOptions, build } from "esbuild";
import { parse } from "yaml";
import { inProcess } from "../../cli/in-process.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import { type Package, PROJECT, readServerless, thePackage } from "./packaged.ts";
import { troubledFleets } from "./troubled-fleets.ts";

const load = createRequire(import.meta.url);

describe("the bundled functions", () => {
  it("make the same calls as their sources, whatever trouble there is, and say the same", async () => {
    const bundled = await bundle<{ inProcess: typeof inProcess }>("cli/in-process.ts");
    for (const fleet of troubledFleets(telling(await thePackage()))) {
      const fromSources = await play(fleet, inProcess);
      expect(await play(fleet, bundled.inProcess)).to.deep.equal(fromSources);
    }
  });
});

/** The package with a bus that is told of drains, which is off by default. */
function telling(packaged: Package): Package {
  const { deregister } = packaged.functions;
  const input = { ...deregister.input, event_bus: "default" };
  return { ...packaged, functions: { ...packaged.functions, deregister: { ...deregister, input } } };
}

async function play(fleet: unknown, functions: typeof inProcess): Promise<unknown> {
  const lines: string[] = [];
  const scenario = parseScenario(JSON.stringify(fleet), "bundle");
  const { simulation } = await playScenario(scenario, { invoke: functions((line) => lines.push(line)) });
  return { calls: simulation.calls, lines };
}

async function bundle<T>(entry: string): Promise<T> {
  const { before, block, after } = await readServerless();
  const { plugins, minify, format, target, mainFields } = parse(before + block + after, { logLevel: "error" })
    .custom.esbuild;
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    const outfile = join(folder, "bundle.cjs");
    const options: BuildOptions = {
      minify,
      format,
      target,
      mainFields,
      plugins: load(join(PROJECT, plugins)),
    };
    await build({ ...options, entryPoints: [join(PROJECT, entry)], bundle: true, platform: "node", outfile });
    return load(outfile);
  } finally {
    await rm(folder, { recursive: true });
  }
}
