/**
 * Lets a reader close our stdout or stderr, as `head` does: what is written after that is dropped, and the command goes on,
 * so that its exit status still says what came of its work. Call it once, before the first output.
 */
export function allowClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
