/**
 * Lets a reader close our stdout or stderr, as `head` does. What is written after that is dropped, and the command goes on: its
 * exit status still tells how its work ended. Call it once, before the first output.
 */
export function allowClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
