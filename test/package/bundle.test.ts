// Protects what deploy/esbuild-plugins.cjs does to the SDK: the functions in a bundle that is made as serverless.yml
// says make the same calls as their sources, and understand the same answers.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type BuildOptions, build } from "esbuild";
import { parse } from "yaml";
import { inProcess } from "../../cli/in-process.ts";
import { createClients } from "../../shared/aws/clients.ts";
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

  it("call the same hosts as their sources, in each partition, with FIPS and dual stack", async () => {
    const bundled = await bundle<{ createClients: typeof createClients }>("shared/aws/clients.ts");
    const hosts = hostsOf(createClients);
    expect(hostsOf(bundled.createClients)).to.deep.equal(hosts);
    expect(hosts).to.include("sqs, us-east-1, FIPS: https://sqs-fips.us-east-1.amazonaws.com/");
  });
});

/** Each client's endpoint for each way in which one may be asked for, or why there is none. */
function hostsOf(create: typeof createClients): string[] {
  const { completions: _, ...clients } = create({ region: "us-east-1" });
  const regions = ["us-east-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "eusc-de-east-1"];
  return Object.entries(clients).flatMap(([name, { config }]) =>
    regions.flatMap((Region) =>
      [false, true].flatMap((UseFIPS) =>
        [false, true].map((UseDualStack) => {
          const how = [name, Region, ...(UseFIPS ? ["FIPS"] : []), ...(UseDualStack ? ["dual stack"] : [])];
          try {
            const { url } = config.endpointProvider({ Region, UseFIPS, UseDualStack });
            return `${how.join(", ")}: ${url}`;
          } catch (error) {
            return `${how.join(", ")}: ${error}`;
          }
        }),
      ),
    ),
  );
}

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
