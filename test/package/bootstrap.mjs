// Plays Lambda's runtime for one function, in the process that the function has for itself: loads the handler that
// `_HANDLER` names out of the unpacked zip, and calls it for each invocation that the parent process sends.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { LAMBDA_TASK_ROOT, _HANDLER, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = process.env;
const handler = await load(LAMBDA_TASK_ROOT, _HANDLER);

process.on("message", async ({ event, requestId, timeoutMilliseconds }) => {
  const deadline = Date.now() + timeoutMilliseconds;
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${AWS_LAMBDA_FUNCTION_NAME}`,
    logGroupName: `/aws/lambda/${AWS_LAMBDA_FUNCTION_NAME}`,
    logStreamName: "test",
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    process.send({ requestId, result: await handler(event, context) });
  } catch (error) {
    process.send({ requestId, error: String(error?.stack ?? error) });
  }
});
process.send({ ready: true });

// As the runtime does: the last dot parts file and export, and the file is looked for by these endings, in this order.
async function load(root, name) {
  const dot = name.lastIndexOf(".");
  const path = join(root, name.slice(0, dot));
  const ending = [".js", ".mjs", ".cjs"].find((each) => existsSync(path + each));
  if (!ending) throw new Error(`Runtime.ImportModuleError: cannot find ${name}`);
  const module =
    ending === ".mjs" ? await import(pathToFileURL(path + ending).href) : createRequire(path)(path + ending);
  const found = module[name.slice(dot + 1)];
  if (typeof found !== "function") throw new Error(`Runtime.HandlerNotFound: ${name} is no function`);
  return found;
}
