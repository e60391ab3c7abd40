import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "../simulation/run.ts";
import { sweep } from "../simulation/sweep.ts";
import { type Bug, type Finder, fileOfFinder } from "./bug.ts";
import { BUGS } from "./bugs.ts";
import { fileOf } from "./file-of.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** What plants the bug in a process, and what plays seeds with it; both are in the copy alone. */
const PLANTING = "test/planted/planting.ts";
const WORKER = "test/simulation/planted-worker.ts";
const PLANTED_WORKER = 'import "../planted/planting.ts";\nimport "./worker.ts";\n';
/** What the tests need of the project; node_modules is linked. */
const NEEDED = [
  "cli",
  "deploy",
  "examples",
  "functions",
  "shared",
  "simulator",
  "test",
  "package.json",
  "tsconfig.json",
];
/** A test that takes longer than this, in milliseconds of real time, has not ended by itself. */
const TEST_LIMIT_MS = 180_000;

/** Likewise a seed. */
const SEED_LIMIT_MS = 300_000;

/** The full names of the tests that passed, and of those that failed, these with the first line of what they say. */
export type Tested = { readonly passed: readonly string[]; readonly failed: ReadonlyMap<string, string> };

/** A test as mocha's JSON reporter tells of it. */
type Reported = { readonly fullTitle: string; readonly err: { readonly message?: string } };

/** A copy of the project's sources in a temporary folder, in which bugs can be planted. */
export class Garden {
  readonly #folder = mkdtempSync(join(tmpdir(), "planted-"));

  constructor() {
    const isOurs = (path: string) => basename(path) !== "node_modules";
    for (const name of NEEDED)
      cpSync(join(PROJECT, name), join(this.#folder, name), { recursive: true, filter: isOurs });
    writeFileSync(join(this.#folder, PLANTING), "");
    writeFileSync(join(this.#folder, WORKER), PLANTED_WORKER);
    symlinkSync(join(PROJECT, "node_modules"), join(this.#folder, "node_modules"));
  }

  /** Does something with one of the bugs in its place, and takes it out again. */
  async with<T>(index: number, work: () => Promise<T>): Promise<T> {
    const { seam } = BUGS[index] as Bug;
    const path = join(this.#folder, fileOf(seam, this.#folder));
    const sound = path.replace(/\.ts$/, ".sound.ts");
    renameSync(path, sound);
    try {
      writeFileSync(path, standIn(seam, `./${basename(sound)}`));
      writeFileSync(join(this.#folder, PLANTING), planting(index));
      return await work();
    } finally {
      renameSync(sound, path);
      writeFileSync(join(this.#folder, PLANTING), "");
    }
  }

  /** Plays seeds of the simulation, as the sources are, and gives the results of those that were played, as `sweep` does. */
  play(seeds: readonly number[], workers: number, isEnough: (result: Result) => boolean): Promise<Result[]> {
    return sweep(seeds, workers, () => {}, {
      worker: join(this.#folder, WORKER),
      isEnough,
      limit: SEED_LIMIT_MS,
    });
  }

  /** Runs the tests by which bugs are found, as the sources are. Throws an Error where they do not run to their end. */
  run(finders: readonly Finder[]): Promise<Tested> {
    const names = finders.map(({ test }) => test.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return this.runAll([...new Set(finders.map(fileOfFinder))], ["--grep", ` (${names.join("|")})$`]);
  }

  /** Runs all tests of some files, likewise. */
  async runAll(files: readonly string[], which: readonly string[] = []): Promise<Tested> {
    const mocha = ["--import", "tsx", "node_modules/mocha/bin/mocha.js", "--no-config"];
    const setup = [
      "--require",
      "./test/setup.ts",
      "--require",
      `./${PLANTING}`,
      "--timeout",
      String(TEST_LIMIT_MS),
    ];
    const output = await this.#node([...mocha, ...setup, "--reporter", "json", ...which, ...files]);
    const { passes, failures } = JSON.parse(output) as { passes: Reported[]; failures: Reported[] };
    return {
      passed: passes.map(({ fullTitle }) => fullTitle),
      failed: new Map(failures.map(({ fullTitle, err }) => [fullTitle, err.message?.split("\n")[0] ?? ""])),
    };
  }

  /** Deletes the folder. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  // Mocha's exit status is how many tests failed; what it wrote tells which.
  #node(args: readonly string[]): Promise<string> {
    const options = { cwd: this.#folder, timeout: 2 * TEST_LIMIT_MS, maxBuffer: 1_000_000_000 };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        if (stdout.startsWith("{")) resolve(stdout);
        else reject(new Error(`the tests did not run to their end: ${error?.message ?? ""}\n${stderr}`));
      });
    });
  }
}

// Gives all that the sound module does, but for the export with the bug in it. That is made when it is first used: the module that
// makes it may need the one that is being loaded.
function standIn(seam: string, sound: string): string {
  return [
    `export * from "${sound}";`,
    `import { ${seam} as sound } from "${sound}";`,
    "let planted;",
    "const it = () => (globalThis.plant === undefined ? sound : (planted ??= globalThis.plant(sound)));",
    `export const ${seam} = new Proxy(sound, {`,
    "  apply: (_, self, given) => Reflect.apply(it(), self, given),",
    "  construct: (_, given) => Reflect.construct(it(), given),",
    "});",
    "",
  ].join("\n");
}

function planting(index: number): string {
  return `import { BUGS } from "./bugs.ts";\nglobalThis.plant = BUGS[${index}].plant;\n`;
}
