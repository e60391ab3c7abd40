// Plays the runtime of Lambda for one packaged function, in a thread of its own. It loads the handler out of the unpacked zip, and
// calls it for each invocation that the parent sends. Its clock is that of the simulator, at the speed of the simulator.
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

const { path, name, timeoutMilliseconds, startsAt, realStart, speed } = workerData;

const RealDate = Date;
const realTimeout = setTimeout;
const now = () => Math.floor(startsAt + (RealDate.now() - realStart) * speed);
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now = now;
};
globalThis.setTimeout = (callback, milliseconds = 0, ...rest) =>
  realTimeout(callback, Math.ceil(milliseconds / speed), ...rest);

const { handler } = createRequire(path)(path);

parentPort.on("message", async ({ event, requestId }) => {
  const deadline = now() + timeoutMilliseconds;
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: "$LATEST",
    logGroupName: `/aws/lambda/${name}`,
    getRemainingTimeInMillis: () => deadline - now(),
  };
  try {
    parentPort.postMessage({ result: await handler(event, context) });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.stack ?? error) });
  }
});
