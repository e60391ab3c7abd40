import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["shared", "functions"];

/**
 * The file below a project's folder that exports a function, class or constant of this name. Throws an Error where it is not
 * exactly one.
 */
export function fileOf(name: string, project = "."): string {
  const declared = new RegExp(`^export (async function|function|class|const) ${name}\\b`, "m");
  const [file, ...others] = FOLDERS.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  ).filter((path) => path.endsWith(".ts") && declared.test(readFileSync(join(project, path), "utf8")));
  if (file === undefined) throw new Error(`nothing in ${FOLDERS.join(", ")} exports ${name}`);
  if (others.length > 0) throw new Error(`${name} is exported by ${[file, ...others].join(" and ")}`);
  return file;
}
