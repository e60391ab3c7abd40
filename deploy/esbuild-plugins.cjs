// Plugins of esbuild, for serverless-esbuild. The SDK's schemas have computed keys, such as `[_IN]: 0`. esbuild keeps those
// although nobody uses them, because to compute a key could do something. With the keys written out, it leaves out all
// operations that nobody calls. EC2 alone has hundreds of them.
const { readFile } = require("node:fs/promises");
const { join } = require("node:path");

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/;

// The errors of the operations that are called, by client. A client registers those of all its operations, which nobody can get
// here. One that is not registered still comes with its name, its code and its message. The functions go by no more than these, so
// SQS's seven of KMS are left out too.
const REACHABLE = {
  "client-auto-scaling": /^(InvalidNextToken|ResourceContentionFault|ScalingActivityInProgressFault)$/,
  "client-ecs":
    /^((AccessDenied|Client|ClusterNotFound|InvalidParameter|ResourceNotFound|Server|ServiceNotActive|ServiceNotFound|UnsupportedFeature)Exception)$/,
  "client-elastic-load-balancing": /^((AccessPointNotFound|DependencyThrottle|InvalidEndPoint)Exception)$/,
  "client-elastic-load-balancing-v2":
    /^((HealthUnavailable|InvalidTarget|LoadBalancerNotFound|TargetGroupNotFound|TooManyRegistrationsForTargetId|TooManyTargets|OperationNotPermitted)Exception)$/,
  "client-sqs":
    /^(Batch\w+|EmptyBatchRequest|Invalid\w+|OverLimit|QueueDoesNotExist|ReceiptHandleIsInvalid|RequestThrottled|TooManyEntriesInBatchRequest|UnsupportedOperation)$/,
};
// The error that all others of a client are made from.
const BASE = /ServiceException$/;

/** The schemas' source without the errors that no call has. */
function leaveOutErrors(source, reachable) {
  return source.replace(/^\w+_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name) =>
    BASE.test(name) || reachable.test(name) ? line : "",
  );
}

/** The schema's source with its keys written out. */
function writeOutKeys(source) {
  const texts = new Map(
    [...source.matchAll(/^const (_\w*) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replace(/\[(_\w*)\]:/g, (whole, name) => (texts.has(name) ? `${texts.get(name)}:` : whole));
}

module.exports = [
  {
    name: "write-out-schema-keys",
    setup(build) {
      build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
        const contents = writeOutKeys(await readFile(path, "utf8"));
        const reachable = REACHABLE[/client-[\w-]+/.exec(path)[0]];
        return { contents: reachable ? leaveOutErrors(contents, reachable) : contents, loader: "js" };
      });
    },
  },
  {
    name: "credentials-from-the-environment",
    setup(build) {
      build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
        path: join(__dirname, "environment-credentials.mjs"),
      }));
    },
  },
  {
    // None of the operations that are called streams; the SDK imports this where one does.
    name: "no-event-streams",
    setup(build) {
      build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({
        path: join(__dirname, "no-event-streams.mjs"),
      }));
    },
  },
  {
    // A client tells AWS its version, and takes all of its package.json with it for that.
    name: "versions-alone",
    setup(build) {
      build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
        const { version } = JSON.parse(await readFile(path, "utf8"));
        return { contents: JSON.stringify({ version }), loader: "json" };
      });
    },
  },
];
