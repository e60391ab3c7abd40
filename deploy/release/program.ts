// Makes bin/ before `npm pack`: the program of the npm package, and the licences of what is in it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "./bundle.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const licences = await Promise.all((await bundleProgram()).map(licenceOf));
await writeFile(join(PROJECT, "bin", "LICENSES.txt"), licences.join("\n"));

async function licenceOf(folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(PROJECT, folder, "package.json"), "utf8"));
  const names = (await readdir(join(PROJECT, folder))).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(PROJECT, folder, name), "utf8")));
  return [`${about.name} ${about.version}: ${about.license}`, ...texts.map((text) => text.trim()), ""].join(
    "\n\n",
  );
}
