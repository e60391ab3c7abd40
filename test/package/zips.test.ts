// Protects what the zips consist of: the handlers with all that they import, nothing of the simulator, and the same bytes
// each time that they are made.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { strFromU8, unzipSync } from "fflate";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { scaleManyInput } from "../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { FUNCTIONS, type Package, PROJECT, readZip, runPackage, thePackage } from "./packaged.ts";

/** Lambda's limit for a zip that is uploaded by itself is 50 MB; much less says that nothing came in by mistake. */
const ZIP_BYTES_MAX = 600_000;
/** The bench's limit of a bundle. Here it is noticed with each change, and not with the next bench. */
const BUNDLE_BYTES_MAX = 480_000;

describe("the packaged zips", () => {
  let packaged: Package;

  before(async () => {
    packaged = await thePackage();
  });

  for (const name of FUNCTIONS) {
    it(`${name}.zip holds the handler that the template names and its source map, and no more`, () => {
      const { zip, handler } = packaged.functions[name];
      const file = handler.replace(/\.handler$/, ".cjs");
      const files = unzipSync(zip);
      expect(Object.keys(files)).to.have.members([file, `${file}.map`]);
      expect(strFromU8(files[file] as Uint8Array)).to.match(/\/\/# sourceMappingURL=handler\.cjs\.map\s*$/);
      expect(zip.length).to.be.below(ZIP_BYTES_MAX);
      expect(files[file]?.length, "the bundle").to.be.at.most(BUNDLE_BYTES_MAX);
      console.log(`      ${name}.zip: ${(zip.length / 1000).toFixed(0)} KB`);
    });

    it(`${name}.zip is made of its function, shared/, what these import and what stands in for it: no source of the simulator`, () => {
      const { zip, handler } = packaged.functions[name];
      const map = unzipSync(zip)[handler.replace(/\.handler$/, ".cjs.map")] as Uint8Array;
      const { sources } = JSON.parse(strFromU8(map)) as { sources: string[] };
      const folders = sources
        .map((source) => source.replace(/^(\.\.\/)+/, ""))
        .filter((source) => !source.startsWith("node_modules/"))
        .map((source) =>
          source
            .split("/")
            .slice(0, source.startsWith("functions/") ? 2 : 1)
            .join("/"),
        );
      expect(new Set(folders)).to.deep.equal(new Set(["shared", "deploy", `functions/${name}`]));
    });

    it(`${name}.zip finds its credentials in the environment alone`, () => {
      const { zip, handler } = packaged.functions[name];
      const text = strFromU8(unzipSync(zip)[handler.replace(/\.handler$/, ".cjs")] as Uint8Array);
      expect(text).to.include("AWS_SESSION_TOKEN");
      for (const elsewhere of [
        "AssumeRole",
        "AWS_CONTAINER_CREDENTIALS",
        "sso_session",
        "credential_process",
      ]) {
        expect(text, elsewhere).to.not.include(elsewhere);
      }
    });
  }

  it("of the SDK's hundreds of operations, the zips hold those that shared/aws calls, and no other", () => {
    const called = new Set(commandsIn(join(PROJECT, "shared", "aws")));
    const known = new Set(CLIENTS.flatMap(operationsOf));
    expect(known).to.include.keys(...called, "RunInstances");
    const held = FUNCTIONS.flatMap((name) => {
      const { zip, handler } = packaged.functions[name];
      const text = strFromU8(unzipSync(zip)[handler.replace(/\.handler$/, ".cjs")] as Uint8Array);
      return [...known].filter((operation) => text.includes(`"${operation}"`));
    });
    expect([...new Set(held)].sort()).to.deep.equal([...called].sort());
  });

  it("the scheduled inputs are what the functions' schemas take", () => {
    const { deregister, terminate, "scale-tasks": scaleTasks } = packaged.functions;
    expect(deregisterInput.safeParse(deregister.input).error).to.equal(undefined);
    expect(terminateInput.safeParse(terminate.input).error).to.equal(undefined);
    expect(scaleManyInput.safeParse(scaleTasks.input).error).to.equal(undefined);
    expect(terminate.input.queue_name, "terminate reads what deregister sends to").to.equal(
      deregister.input.elb_monitor_queue_name,
    );
  });

  it("packaging again gives the same bytes, also after a run that was killed in the middle", async () => {
    const leftover = join(PROJECT, ".esbuild", ".build", "functions", "left-by-a-killed-run");
    await mkdir(leftover, { recursive: true });
    await writeFile(join(leftover, "handler.cjs"), "exports.handler = () => {};");
    await runPackage();
    for (const name of FUNCTIONS) {
      expect(hash(await readZip(name)), name).to.equal(hash(packaged.functions[name].zip));
    }
  });
});

// The clients that the functions use; the SDK itself brings others along, to find its credentials.
const CLIENTS = Object.keys(
  (JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { dependencies: object }).dependencies,
).filter((name) => name.startsWith("@aws-sdk/client-"));

// As the SDK's own file names say.
function operationsOf(client: string): string[] {
  const folder = join(PROJECT, "node_modules", client, "dist-es", "commands");
  return readdirSync(folder).flatMap((file) => /^(\w+)Command\.js$/.exec(file)?.[1] ?? []);
}

function commandsIn(folder: string): string[] {
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  return sources.flatMap((source) =>
    [...source.matchAll(/\bnew (\w+)Command\(/g)].map(([, name = ""]) => name),
  );
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
