import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bug, Finder } from "./bug.ts";
import { BUGS } from "./bugs.ts";
import { fileOf } from "./file-of.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** What the scenarios need of the project; node_modules is linked. */
const NEEDED = [
  "cli",
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
    symlinkSync(join(PROJECT, "node_modules"), join(this.#folder, "node_modules"));
  }

  /** Runs the test of one of the bugs with the bug in its place, and takes it out again. Throws an Error as `run` does. */
  async runWith(index: number): Promise<Tested> {
    const { seam, foundBy } = BUGS[index] as Bug;
    const path = join(this.#folder, fileOf(seam, this.#folder));
    const sound = path.replace(/\.ts$/, ".sound.ts");
    renameSync(path, sound);
    try {
      const bugs = relative(dirname(path), join(this.#folder, "test/planted/bugs.ts"));
      writeFileSync(path, standIn(seam, `./${basename(sound)}`, bugs, index));
      return await this.run([foundBy]);
    } finally {
      renameSync(sound, path);
    }
  }

  /** Runs the tests by which bugs are found, as the sources are. Throws an Error where they do not run to their end. */
  async run(finders: readonly Finder[]): Promise<Tested> {
    const files = [...new Set(finders.map(({ scenarios }) => `test/scenarios/${scenarios}.test.ts`))];
    const names = finders.map(({ test }) => test.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const mocha = ["--import", "tsx", "node_modules/mocha/bin/mocha.js", "--no-config"];
    const setup = ["--require", "./test/setup.ts", "--timeout", String(TEST_LIMIT_MS)];
    const which = ["--reporter", "json", "--grep", ` (${names.join("|")})$`, ...files];
    const output = await this.#node([...mocha, ...setup, ...which]);
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

// Gives all that the sound module does, but for the export with the bug in it. What is imported last is loaded last: the bug's own
// module may need the sound one.
function standIn(seam: string, sound: string, bugs: string, index: number): string {
  return [
    `export * from "${sound}";`,
    `import { ${seam} as sound } from "${sound}";`,
    `import { BUGS } from "${bugs}";`,
    `export const ${seam} = BUGS[${index}].plant(sound);`,
    "",
  ].join("\n");
}
