import { createHash } from "node:crypto";
import { zipSync } from "fflate";
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

/** A zip with the same bytes whenever it is made. */
export function zip(files: Files): Uint8Array {
  // In the machine's own time zone, which is how a zip has its times.
  return zipSync({ ...files }, { mtime: new Date(1980, 0, 1), level: 9 });
}

/** The name of a file in a bucket. With another content it is another name, even if the version is the same. */
export function nameInBucket(name: string, bytes: Uint8Array, extension: string): string {
  return `${name}-${VERSION}-${sha256(bytes).slice(0, HASH)}.${extension}`;
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
