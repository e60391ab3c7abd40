import { createHash } from "node:crypto";
import { VERSION } from "../../shared/base/version.ts";

/** The files of a release, by their names. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** As long a start of a hash as tells two builds of one version apart. */
const HASH = 8;

/** A text file. */
export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content.endsWith("\n") ? content : `${content}\n`);
}

/** A JSON file. */
export function json(content: unknown): Uint8Array {
  return text(JSON.stringify(content, null, 1));
}

/** The name of a function's zip in a release. With another code it is another name, even if the version is the same. */
export function zipName(name: string, bytes: Uint8Array): string {
  return `${name}-${VERSION}-${sha256(bytes).slice(0, HASH)}.zip`;
}

/** The sums of files, as `sha256sum --check` reads them. */
export function sums(files: Files): string {
  return Object.keys(files)
    .sort()
    .map((name) => `${sha256(files[name] as Uint8Array)}  ${name}\n`)
    .join("");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
