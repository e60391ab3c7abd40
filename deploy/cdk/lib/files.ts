import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What a release puts into the package. */
export const FILES: string = join(__dirname, "..", "files");

/** The zips of the package by their functions' logical ids. Their names have a version and a hash, which a release knows. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  DeregisterLambdaFunction: zipOf("deregister"),
  TerminateLambdaFunction: zipOf("terminate"),
  ScaleDashtasksLambdaFunction: zipOf("scale-tasks"),
};

function zipOf(name: string): string {
  const found = readdirSync(FILES).find((file) => file.startsWith(`${name}-`));
  if (found === undefined) throw new Error(`the package has no zip of ${name}`);
  return found;
}
