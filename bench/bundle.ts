import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { zipSync } from "fflate";
import { parse } from "yaml";
import { type Figure, type Part, rounded } from "./figure.ts";
import { percentile } from "./measure.ts";
import type { BenchOptions } from "./options.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const KB = 1_000;
const FUNCTIONS = ["deregister", "terminate", "scale-tasks"] as const;
/** Times the import of what is given as the first argument, in a process of its own. */
const TIMED =
  "const at = performance.now(); await import(process.argv[1]); console.log(performance.now() - at);";

/**
 * How large the functions' bundles are, made as serverless.yml says, and how long they take to import. The zip is that of
 * the bundle alone: the source map that travels with it is read only when an error is logged.
 */
export async function bundle({ quick }: BenchOptions): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    const figures: Figure[] = [];
    const rows: string[][] = [];
    for (const name of FUNCTIONS) {
      const bundled = join(folder, `${name}.cjs`);
      await build(optionsOf(name, bundled));
      const bytes = statSync(bundled).size;
      const zipped = zipSync({ "handler.cjs": readFileSync(bundled) }, { level: 9 }).length;
      figures.push(
        { name: `bundle of ${name}`, value: rounded(bytes / KB), limit: 450, unit: "KB" },
        {
          name: `bundle of ${name}, zipped without its source map`,
          value: rounded(zipped / KB),
          limit: 155,
          unit: "KB",
        },
      );
      rows.push([name, String(rounded(bytes / KB)), String(rounded(zipped / KB))]);
    }
    const unbundled = join(folder, "terminate.mjs");
    await build({
      ...optionsOf("terminate", unbundled),
      format: "esm",
      packages: "external",
      minify: false,
    });
    const times = importTimes([join(folder, "terminate.cjs"), unbundled], quick ? 5 : 20);
    const [inBundle = Number.NaN, apart = Number.NaN] = times.map((each) => percentile(each, 0.5));
    figures.push({
      name: "import of terminate's bundle against unbundled, median of 20",
      value: rounded(inBundle / apart, 2),
      limit: 0.5,
      unit: "ratio",
    });
    return {
      figures,
      tables: [
        { title: "Bundles", head: ["function", "KB", "zipped KB"], rows },
        {
          title: "Import of terminate, median, on this machine",
          head: ["how", "ms"],
          rows: [
            ["bundled", String(rounded(inBundle))],
            ["packages from node_modules", String(rounded(apart))],
          ],
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function optionsOf(name: string, outfile: string): BuildOptions {
  const { plugins, minify, format, target, mainFields } = parse(
    readFileSync(join(PROJECT, "serverless.yml"), "utf8"),
    { logLevel: "error" },
  ).custom.esbuild;
  return {
    minify,
    format,
    target,
    mainFields,
    plugins: createRequire(import.meta.url)(join(PROJECT, plugins)),
    entryPoints: [join(PROJECT, "functions", name, "handler.ts")],
    bundle: true,
    platform: "node",
    outfile,
  };
}

// By turns, so that what else the machine does meets both alike.
function importTimes(files: readonly string[], times: number): number[][] {
  const found = files.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [k, file] of files.entries()) {
      const printed = execFileSync(process.execPath, ["--input-type=module", "-e", TIMED, "--", file], {
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          AWS_REGION: "us-east-1",
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        },
      });
      found[k]?.push(Number(printed));
    }
  }
  return found;
}
