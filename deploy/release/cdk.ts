import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleSchemas } from "./bundle.ts";
import type { Files } from "./files.ts";
import { json } from "./files.ts";
import { inTemporaryFolder, packed } from "./npm.ts";

/**
 * The npm package of the CDK construct: what deploy/cdk is compiled to, with the core template and the zips. It is compiled without what it
 * imports, which is large. The construct's own check has that.
 */
export async function cdkPackage(
  project: string,
  files: Files,
): Promise<{ name: string; bytes: Uint8Array }> {
  return inTemporaryFolder(async (folder) => {
    const source = join(project, "deploy", "cdk");
    const compiler = join(project, "node_modules", ".bin", "tsc");
    const options = ["--noCheck", "--noEmit", "false", "--outDir", folder];
    await promisify(execFile)(compiler, ["--project", source, ...options]);
    await bundleSchemas(join(folder, "lib", "schemas.js"));
    const {
      devDependencies: _,
      allowScripts: __,
      ...about
    } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
    await writeFile(join(folder, "package.json"), json(about));
    await mkdir(join(folder, "files"));
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, "files", name), bytes);
    return packed(folder);
  });
}
