import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@babel/parser";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

/** The folders that are drawn. Of these, `shared` and `functions` are measured. */
export const FOLDERS = ["functions", "shared", "simulator"];

/** A node of the syntax tree, as far as it is walked. */
export type Node = { readonly type: string; readonly [key: string]: unknown };

/** A source file: its path from the project's folder, its text, and its syntax tree. */
export type Source = { readonly path: string; readonly lines: number; readonly program: Node };

/** The TypeScript files of some folders, as they are in the working tree. */
export function workingTree(folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(`${PROJECT}/${folder}`, { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter(isSource)
      .sort()
      .map((path) => sourceOf(path, readFileSync(`${PROJECT}/${path}`, "utf8"))),
  );
}

/** The same as they are at a revision of git; undefined where this clone does not have it. */
export function revision(name: string, folders: readonly string[]): Source[] | undefined {
  if (!hasRevision(name)) return undefined;
  const paths = git(["ls-tree", "-r", "--name-only", name, "--", ...folders])
    .toString()
    .split("\n")
    .filter(isSource);
  const texts = blobs(git(["cat-file", "--batch"], paths.map((path) => `${name}:${path}\n`).join("")));
  return paths.map((path, index) => sourceOf(path, texts[index] ?? ""));
}

// Each is "<id> blob <bytes>", a line of its own, then so many bytes, and the end of the line.
function blobs(batch: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < batch.length; ) {
    const begin = batch.indexOf("\n", at) + 1;
    const end = begin + Number(batch.toString("utf8", at, begin).split(" ")[2]);
    texts.push(batch.toString("utf8", begin, end));
    at = end + 1;
  }
  return texts;
}

/** The files that a file imports by relative paths, as often as it does; a type's import counts as well. */
export function importsOf({ path, program }: Source): string[] {
  return nodesIn(program).flatMap((node) => {
    const { source } = node as { source?: { value?: unknown } | null };
    const from = source?.value;
    return typeof from === "string" && from.startsWith(".") ? [posix.join(dirname(path), from)] : [];
  });
}

/** A node and all nodes below it. */
export function nodesIn(node: Node): Node[] {
  const found = [node];
  // It grows while it is read.
  for (const each of found)
    for (const [key, value] of Object.entries(each)) {
      if (key === "loc" || /comments$/i.test(key)) continue;
      for (const below of Array.isArray(value) ? value : [value]) if (isNode(below)) found.push(below);
    }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** A source of a text. */
export function sourceOf(path: string, text: string): Source {
  const { program } = parse(text, { sourceType: "module", plugins: ["typescript"] });
  return { path, lines: text.split("\n").length - 1, program: program as unknown as Node };
}

function isSource(path: string): boolean {
  return path.endsWith(".ts");
}

function hasRevision(name: string): boolean {
  try {
    git(["cat-file", "-e", `${name}^{commit}`]);
    return true;
  } catch (error) {
    // Git's own refusal. Anything else, such as no git at all, is not about the revision.
    if (typeof (error as { status?: unknown }).status === "number") return false;
    throw error;
  }
}

function git(args: readonly string[], input = ""): Buffer {
  return execFileSync("git", args, {
    cwd: PROJECT,
    input,
    maxBuffer: 100_000_000,
    stdio: ["pipe", "pipe", "ignore"],
  });
}
