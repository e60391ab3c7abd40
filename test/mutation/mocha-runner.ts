// Runs the tests for StrykerJS, by mocha's own interface: its mocha runner reaches into files that mocha 12 no longer has.
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstrumenterContext, StrykerOptions } from "@stryker-mutator/api/core";
import { commonTokens, declareClassPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";

/** The folder of the tests that are run, and the files in it that are not: by name alone, so that a move leaves them out too. */
type Specs = { readonly folder: string; readonly exclude: readonly string[] };

class MochaRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options);
  readonly #specs: Specs;
  readonly #mocha = new Mocha({ timeout: 0, reporter: Mocha.reporters.Base });
  readonly #context: InstrumenterContext;
  #isLoaded = false;

  constructor(options: StrykerOptions) {
    this.#specs = (options as StrykerOptions & { specs: Specs }).specs;
    const globals = globalThis as typeof globalThis & { __stryker__?: InstrumenterContext };
    globals.__stryker__ ??= {};
    this.#context = globals.__stryker__;
  }

  // What was imported stays imported.
  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    await import(pathToFileURL(resolve("test/setup.ts")).href);
    this.#mocha.cleanReferencesAfterRun(false);
    for (const file of testFiles(this.#specs)) this.#mocha.addFile(file);
    const context = this.#context;
    this.#mocha.suite.beforeEach(function () {
      const title = this.currentTest?.fullTitle();
      if (title !== undefined) context.currentTestId = title;
    });
  }

  async dryRun({ coverageAnalysis, disableBail }: DryRunOptions): Promise<DryRunResult> {
    const result = await this.#run(disableBail);
    const { mutantCoverage } = this.#context;
    return result.status === DryRunStatus.Complete && coverageAnalysis !== "off" && mutantCoverage
      ? { ...result, mutantCoverage }
      : result;
  }

  async mutantRun({
    activeMutant,
    testFilter,
    disableBail,
    hitLimit,
    mutantActivation,
  }: MutantRunOptions): Promise<MutantRunResult> {
    if (hitLimit === undefined) {
      delete this.#context.hitLimit;
      delete this.#context.hitCount;
    } else Object.assign(this.#context, { hitLimit, hitCount: 0 });
    this.#mocha.grep(testFilter ? new RegExp(`^(${testFilter.map(escaped).join("|")})$`) : /(?:)/);
    return toMutantRunResult(await this.#run(disableBail, activeMutant.id, mutantActivation === "static"));
  }

  dispose(): Promise<void> {
    this.#mocha.dispose();
    return Promise.resolve();
  }

  async #run(disableBail: boolean, mutant?: string, isStatic = false): Promise<DryRunResult> {
    try {
      if (!this.#isLoaded) {
        if (isStatic && mutant !== undefined) this.#context.activeMutant = mutant;
        await this.#mocha.loadFilesAsync();
        this.#isLoaded = true;
      }
      setBail(this.#mocha.suite, !disableBail);
      if (mutant !== undefined) this.#context.activeMutant = mutant;
      const tests = await this.#results();
      const { hitCount, hitLimit } = this.#context;
      return determineHitLimitReached(hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: (error as Error).stack ?? String(error) };
    }
  }

  #results(): Promise<TestResult[]> {
    const tests: TestResult[] = [];
    const about = (test: Mocha.Runnable) => ({
      id: test.fullTitle(),
      name: test.fullTitle(),
      timeSpentMs: test.duration ?? 0,
      ...(test.file === undefined ? {} : { fileName: test.file }),
    });
    return new Promise((done) => {
      this.#mocha
        .run(() => done(tests))
        .on("pass", (test) => tests.push({ ...about(test), status: TestStatus.Success }))
        .on("pending", (test) => tests.push({ ...about(test), status: TestStatus.Skipped }))
        .on("fail", (test, error) =>
          tests.push({ ...about(test), status: TestStatus.Failed, failureMessage: String(error) }),
        );
    });
  }
}

// Throws an Error for a name that no file bears: after a rename the file would be run again.
function testFiles({ folder, exclude }: Specs): string[] {
  const tests = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".test.ts"),
  );
  const missing = exclude.filter((name) => !tests.some((path) => basename(path) === name));
  if (missing.length > 0) throw new Error(`no such test in ${folder}: ${missing.join(", ")}`);
  return tests
    .filter((path) => !exclude.includes(basename(path)))
    .sort()
    .map((path) => resolve(folder, path));
}

// A suite takes over its parent's when it is made, and never again.
function setBail(suite: Mocha.Suite, bail: boolean): void {
  suite.bail(bail);
  for (const each of suite.suites) setBail(each, bail);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "mocha12", MochaRunner)];

/** Tells StrykerJS that `specs` is an option of ours. */
export const strykerValidationSchema = {
  properties: {
    specs: {
      type: "object",
      properties: {
        folder: { type: "string" },
        exclude: { type: "array", items: { type: "string" } },
      },
    },
  },
};
