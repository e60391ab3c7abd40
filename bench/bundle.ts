import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { zipSync } from "fflate";
import { parse } from "yaml";
import type { Figure, Part } from "./figure.ts";
import { percentile, rounded } from "./numbers.ts";
import type { BenchOptions } from "./options.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const KB = 1_000;
/**
 * How large a bundle may be, in KB. All of the SDK that is left in it is called. Half of it is the SDK's clients, a third our own
 * rules, messages and reads: to find what an instance holds takes more of those than to be told. To prove what a message says
 * takes more still.
 */
const LIMIT = { bundle: 480, zip: 160 };
const FUNCTIONS = ["deregister", "terminate", "scale-tasks"] as const;
/** Times the import of what is given as the first argument, in a process of its own, and tells what memory that has then. */
const TIMED =
  "const at = performance.now(); await import(process.argv[1]); console.log(performance.now() - at, process.memoryUsage.rss());";

/**
 * How large the functions' bundles are, made as serverless.yml says, and how long they take to import. The zip that
 * is limited is that of the bundle alone; the one with its source map, which is what is deployed, stands beside it.
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
      const files = { "handler.cjs": readFileSync(bundled) };
      const zipped = zipSync(files, { level: 9 }).length;
      const withMap = { ...files, "handler.cjs.map": readFileSync(`${bundled}.map`) };
      const deployed = zipSync(withMap, { level: 9 }).length;
      figures.push(
        { of: name, what: "bundle", value: rounded(bytes / KB), limit: LIMIT.bundle, unit: "KB" },
        {
          of: name,
          what: "zipped without its source map",
          value: rounded(zipped / KB),
          limit: LIMIT.zip,
          unit: "KB",
        },
      );
      rows.push([name, ...[bytes, zipped, deployed].map((each) => String(rounded(each / KB)))]);
    }
    const unbundled = join(folder, "terminate.mjs");
    await build({
      ...optionsOf("terminate", unbundled),
      format: "esm",
      packages: "external",
      minify: false,
    });
    const times = quick ? 5 : 20;
    const files = [join(folder, "terminate.cjs"), unbundled];
    const [inBundle, apart] = imports(files, times).map(medianOf) as [Imported, Imported];
    figures.push(
      {
        of: "terminate",
        what: `import of the bundle against unbundled, median of ${times}`,
        value: rounded(inBundle.milliseconds / apart.milliseconds, 2),
        limit: 0.5,
        unit: "ratio",
      },
      {
        of: "terminate",
        what: "memory of a process that has imported the bundle",
        value: rounded(inBundle.bytes / KB / KB),
        unit: "MB",
      },
    );
    return {
      figures,
      tables: [
        { title: "Bundles", head: ["function", "KB", "zipped KB", "zipped with its source map, KB"], rows },
        {
          title: "Import of terminate, median, on this machine",
          head: ["how", "ms", "memory of the process, MB"],
          rows: [
            ["bundled", ...textOf(inBundle)],
            ["packages from node_modules", ...textOf(apart)],
          ],
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function optionsOf(name: string, outfile: string): BuildOptions {
  const { plugins, minify, format, target, mainFields, sourcemap, sourcesContent } = parse(
    readFileSync(join(PROJECT, "serverless.yml"), "utf8"),
    { logLevel: "error" },
  ).custom.esbuild;
  return {
    minify,
    format,
    target,
    mainFields,
    sourcemap,
    sourcesContent,
    plugins: createRequire(import.meta.url)(join(PROJECT, plugins)),
    entryPoints: [join(PROJECT, "functions", name, "handler.ts")],
    bundle: true,
    platform: "node",
    outfile,
  };
}

/** How long an import took, and the resident memory of the process after it. */
type Imported = { readonly milliseconds: number; readonly bytes: number };

function medianOf(all: readonly Imported[]): Imported {
  const of = (which: keyof Imported) =>
    percentile(
      all.map((each) => each[which]),
      0.5,
    );
  return { milliseconds: of("milliseconds"), bytes: of("bytes") };
}

function textOf({ milliseconds, bytes }: Imported): string[] {
  return [milliseconds, bytes / KB / KB].map((each) => String(rounded(each)));
}

// By turns, so that what else the machine does meets both alike.
function imports(files: readonly string[], times: number): Imported[][] {
  const found = files.map((): Imported[] => []);
  for (let i = 0; i < times; i++) {
    for (const [k, file] of files.entries()) {
      const printed = execFileSync(process.execPath, ["--input-type=module", "-e", TIMED, "--", file], {
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          AWS_REGION: "us-east-1",
          // As the functions are deployed.
          NODE_OPTIONS: "--enable-source-maps",
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        },
      });
      const [milliseconds = Number.NaN, bytes = Number.NaN] = printed.split(" ").map(Number);
      found[k]?.push({ milliseconds, bytes });
    }
  }
  return found;
}
