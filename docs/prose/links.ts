import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { remark } from "remark";
import { engine } from "unified-engine";
import type { Problem } from "./problem.ts";

const VALIDATE_LINKS = fileURLToPath(import.meta.resolve("remark-validate-links"));

/** Links to files and headings that are not there. Nothing is asked of the network. */
export function deadLinks(pages: readonly string[]): Promise<Problem[]> {
  return new Promise((done, reject) => {
    engine(
      {
        processor: remark(),
        files: [...pages],
        plugins: [[VALIDATE_LINKS, { repository: false }]],
        streamError: new PassThrough().resume(),
        output: false,
        out: false,
      },
      (error, _status, context) => {
        if (error) return reject(error);
        done((context?.files ?? []).flatMap((file) => problemsOf(file, pages)));
      },
    );
  });
}

type PageFile = {
  readonly path: string;
  readonly messages: readonly { readonly reason: string; readonly line?: number | undefined }[];
};

// The engine names a page by its path from here: the problem names it as it was given.
function problemsOf({ path, messages }: PageFile, pages: readonly string[]): Problem[] {
  const file = pages.find((page) => resolve(page) === resolve(path)) ?? path;
  return messages.map(({ reason, line = 1 }) => ({ file, line, message: reason }));
}
