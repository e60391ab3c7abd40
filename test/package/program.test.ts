// Protects who installs the npm package: its program runs from the packed files alone, without this project and what it is developed with.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect } from "chai";
import { projectPackage } from "../../deploy/release/npm.ts";
import { VERSION } from "../../shared/base/version.ts";
import { PROJECT } from "./packaged.ts";

const execute = promisify(execFile);

describe("the program of the npm package", () => {
  let folder: string;
  let program: string;

  before(async () => {
    // Not in the project, where Node would find what the package lacks.
    folder = await mkdtemp(join(tmpdir(), "program-"));
    const { name, bytes } = await projectPackage(PROJECT);
    await writeFile(join(folder, name), bytes);
    await execute("tar", ["--extract", "--file", name], { cwd: folder });
    const { bin } = JSON.parse(await readFile(join(folder, "package", "package.json"), "utf8"));
    expect(Object.keys(bin)).to.deep.equal(["asg-drain"]);
    // As npm does when it installs a package.
    const target = join(folder, "package", bin["asg-drain"]);
    await chmod(target, 0o755);
    program = join(folder, "asg-drain");
    await symlink(target, program);
  });
  after(() => rm(folder, { recursive: true }));

  const run = (...options: string[]) =>
    execute(program, options, { cwd: folder }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  it("tells its version, and what it can do by its own name", async () => {
    expect(await run("--version")).to.include({ code: 0, stdout: `${VERSION}\n` });
    const { stdout } = await run("--help");
    expect(stdout).to.include("Usage: asg-drain [options] [command]");
    for (const name of ["start", "report", "simulator"]) {
      expect(stdout).to.match(new RegExp(`^  ${name} `, "m"));
      const help = await run(name, "--help");
      expect(help).to.include({ code: 0 });
      expect(help.stdout).to.include(`Usage: asg-drain ${name} [options]`).and.not.include("npm");
    }
  });

  it("plays a fleet, and reports it as JSON", async () => {
    const { code, stdout } = await run("start", "--json");
    expect(code).to.equal(0);
    const report = JSON.parse(stdout);
    expect(report.violations).to.deep.equal([]);
    expect(report.terminations).to.not.have.lengthOf(0);
  });

  it("makes a page of a fleet, and refuses to write it nowhere", async () => {
    const fleet = join(folder, "package", "examples", "fleet.yaml");
    const page = join(folder, "fleet.html");
    expect(await run("report", fleet, "--output", page)).to.include({
      code: 0,
      stdout: `${page}: fleet, 3 rows\n`,
    });
    expect(await readFile(page, "utf8")).to.match(/^<!doctype html>/);
    expect(await run("report", fleet)).to.include({ code: 2 });
    const nowhere = join(folder, "none", "fleet.html");
    const { code, stderr } = await run("report", fleet, "--output", nowhere);
    expect([code, stderr]).to.deep.equal([
      2,
      `--output: expected a file that can be written, found ${nowhere} (ENOENT)\n`,
    ]);
  });

  it("refuses a wrong command, a wrong option and a wrong file with the same exit status", async () => {
    expect(await run("strat")).to.include({
      code: 2,
      stderr: "error: unknown command 'strat'\n(Did you mean start?)\n",
    });
    expect(await run("start", "--sed", "1")).to.include({ code: 2 });
    expect(await run("start", "--scenario", "nowhere.yaml")).to.include({ code: 2, stdout: "" });
    expect(await run()).to.include({ code: 2 });
  });

  it("serves the simulated AWS", async () => {
    const scenario = join(folder, "package", "examples", "fleet.yaml");
    const child = spawn(program, ["simulator", "--port", "0", "--scenario", scenario], { cwd: folder });
    const ended = once(child, "exit");
    try {
      const [line] = (await once(createInterface(child.stdout), "line")) as [string];
      expect(line).to.match(/^listening http:\/\/127\.0\.0\.1:\d+$/);
      const { status } = await fetch(`${line.slice("listening ".length)}/_simulator/world`);
      expect(status).to.equal(200);
    } finally {
      child.kill("SIGTERM");
    }
    expect(await ended).to.deep.equal([0, null]);
  });

  it("can be published, and installs what the project is tested with", async () => {
    const read = async (path: string) => JSON.parse(await readFile(path, "utf8"));
    const about = await read(join(folder, "package", "package.json"));
    const { private: isPrivate, scripts, ...ours } = await read(join(PROJECT, "package.json"));
    expect(isPrivate, "of a working copy it cannot").to.equal(true);
    const { prepack, ...others } = scripts;
    expect(prepack).to.be.a("string");
    // What it would make is in it.
    const LOCK = "npm-shrinkwrap.json";
    expect(about).to.deep.equal({ ...ours, files: [...ours.files, LOCK], scripts: others });
    const lock = await read(join(folder, "package", LOCK));
    expect(lock).to.deep.equal(await read(join(PROJECT, "package-lock.json")));
  });

  it("comes with its pages, its licence and those of what is in it, and names no folder of the machine that made it", async () => {
    const files = await readdir(join(folder, "package"));
    expect(files).to.include.members([
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "CHANGELOG.md",
      "docs",
      "examples",
    ]);
    const licences = await readFile(join(folder, "package", "bin", "LICENSES.txt"), "utf8");
    for (const each of ["commander", "sinon", "yaml", "zod", "@aws-sdk/client-ecs"])
      expect(licences).to.match(new RegExp(`^${each} [\\d.]+: (MIT|BSD-3-Clause|ISC|Apache-2.0)$`, "m"));
    expect(await readFile(program, "utf8")).to.not.include(PROJECT.replace(/\/$/, ""));
  });
});
