// Plugins of esbuild, for serverless-esbuild. The SDK's schemas have computed keys, such as `[_IN]: 0`. esbuild keeps those
// although nobody uses them, because to compute a key could do something. With the keys written out, it leaves out all
// operations that nobody calls. EC2 alone has hundreds of them.
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { readFile } = require("node:fs/promises");
const { basename, dirname, join } = require("node:path");
const { parse } = require("@babel/parser");
const { transformSync } = require("esbuild");

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/;
const CLIENT = /[\\/]@aws-sdk[\\/](client-[^\\/]+)[\\/]/;

// A client's rules for its endpoints.
const BDD = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]endpoint[\\/]bdd\.js$/;

/**
 * A service's name in its endpoints' hosts, such as `sqs`, and a source that makes its rules by that name.
 *
 * @param {string} source such rules: an import, and statements of which the last exports `bdd`
 * @returns {[string, string]}
 */
function generalRules(source) {
  const [, service] = /"https:\/\/([\w.-]+?)(?:-fips)?\.\{Region\}\.\{PartitionResult#dnsSuffix\}"/.exec(
    source,
  );
  const [, imports, statements] = /^(import [^;]+;\n)([\s\S]*)$/.exec(source);
  const general = statements
    .replace(/"https:\/\/[^"]*"/g, (host) => `${host.replace(service, '" + service + "')}`)
    .replace("export const bdd =", "return");
  return [service, `${imports}export function rulesOf(service) {\n${general}}`];
}

// Where inputs and their keys are described for the docs.
const DESCRIBED = /[\\/](?:shared[\\/]model[\\/]settings|functions[\\/][\w-]+[\\/]input)\.ts$/;

// The error that all others of a client are made from. A client registers those of all its operations besides. One that is not
// registered still comes with its code on the wire as its name, and with its status and message. The functions go by no more than
// these: shared/aws/failure-kinds.ts knows the names on the wire too.
const BASE = /ServiceException$/;

/** The schemas' source without the errors that are registered, but for the base. */
function leaveOutErrors(source) {
  return source.replace(/^\w+_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name) =>
    BASE.test(name) ? line : "",
  );
}

/** The schema's source with its keys written out. */
function writeOutKeys(source) {
  const texts = new Map(
    [...source.matchAll(/^const (_\w*) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replace(/\[(_\w*)\]:/g, (whole, name) => (texts.has(name) ? `${texts.get(name)}:` : whole));
}

// What reads answers: those of our adapters that import the client, if only its types, and a part of SQS's client that compares
// checksums. Nobody else gets an answer to read.
const ADAPTERS = join(__dirname, "..", "shared", "aws");
const SOURCES = [
  ADAPTERS,
  join(__dirname, "..", "node_modules", "@aws-sdk", "middleware-sdk-sqs", "dist-es"),
];
// The SDK names these for us, page by page.
const PAGING = [
  "nextToken",
  "maxResults",
  "NextToken",
  "MaxRecords",
  "MaxResults",
  "Marker",
  "NextMarker",
  "PageSize",
];

/**
 * All words in the code that reads a client's answers, without types and comments. A field of an answer whose name is not among them
 * is read by nobody.
 *
 * @param {string} client such as `@aws-sdk/client-ecs`
 */
function wordsOfReaders(client) {
  const words = new Set(PAGING);
  for (const folder of SOURCES) {
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!/\.[jt]s$/.test(name)) continue;
      const source = readFileSync(join(folder, name), "utf8");
      if (folder === ADAPTERS && !source.includes(`"${client}"`)) continue;
      const { code } = transformSync(source, { loader: "ts", minifyWhitespace: true, legalComments: "none" });
      for (const word of code.match(/\w+/g) ?? []) words.add(word);
    }
  }
  return words;
}

/** The items of a list, given as source: what its commas part, but for those within brackets or quotes. */
function itemsOf(list) {
  const items = [""];
  let depth = 0;
  for (const token of list.slice(1, -1).match(/"[^"]*"|`[^`]*`|[^"`]/g) ?? []) {
    if (/^[[({]$/.test(token)) depth++;
    if (/^[\])}]$/.test(token)) depth--;
    if (token === "," && depth === 0) items.push("");
    else items[items.length - 1] += token;
  }
  return items.map((each) => each.trim()).filter((each) => each !== "");
}

/**
 * The schemas' source without the fields of structures that the functions do not name, and so without all that is within those
 * alone. A structure is `[3, namespace, name, traits, names, schemas]`, which the number of required ones may follow: they come first.
 */
function leaveOutFields(source, words) {
  const texts = new Map(
    [...source.matchAll(/^const (_\w*) = "([^"\n]*)";$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replace(/^(export var \w+\$ = )(\[3, [\s\S]*?\n\]);$/gm, (_, start, structure) => {
    const [kind, namespace, name, traits, names = "[]", schemas = "[]", required = "0"] = itemsOf(structure);
    // A name that is written otherwise stays.
    const kept = itemsOf(names).map((each) => !texts.has(each) || words.has(texts.get(each)));
    const those = (list) => `[${itemsOf(list).filter((_, i) => kept[i])}]`;
    const stillRequired = kept.slice(0, Number(required)).filter(Boolean).length;
    const rest = stillRequired === 0 ? [] : [stillRequired];
    return `${start}[${[kind, namespace, name, traits, those(names), those(schemas), ...rest]}];`;
  });
}

/**
 * A schema's source without what it says for the docs: `.check(z.describe("..."))`. No run reads that.
 *
 * @param {string} source
 */
function leaveOutDescriptions(source) {
  const cuts = [];
  (function visit(node) {
    if (node?.type === "CallExpression" && node.callee.property?.name === "check") {
      const described = node.arguments.filter(({ callee }) => callee?.property?.name === "describe");
      if (described.length === node.arguments.length && described.length > 0)
        cuts.push([node.callee.object.end, node.end]);
    }
    for (const value of Object.values(node ?? {}))
      for (const each of Array.isArray(value) ? value : [value]) if (each?.type) visit(each);
  })(parse(source, { sourceType: "module", plugins: ["typescript"] }).program);
  // From the end, so that the places before it stay.
  return cuts
    .sort(([a], [b]) => b - a)
    .reduce((text, [from, to]) => text.slice(0, from) + text.slice(to), source);
}

/**
 * What the functions never come to: Lambda's Node has SHA-256 and MD5 of its own, and knows its Region, and the log has a form of its own. By
 * the file's name, what it exports, and why it is not needed.
 */
const NEVER_USED = {
  Sha256Js: ["Sha256Js", "Node has its own SHA-256"],
  Md5Js: ["Md5Js", "Node has its own MD5"],
  PowertoolsLogFormatter: ["PowertoolsLogFormatter", "shared/base/log.ts has its own"],
  getInstanceMetadataRegion: ["getInstanceMetadataRegion", "the environment says the Region"],
};

/** The dates of HTTP headers: the services that are called write none into their answers. */
const HTTP_DATES = /^export const _parseRfc7231DateTime = [\s\S]*?\n\};$/m;
const NO_HTTP_DATES = `export const _parseRfc7231DateTime = () => {
  throw new TypeError("dates of HTTP headers are left out of the bundle: no service writes them");
};`;

/** What stands for a file of the SDK, by the end of its path. */
const INSTEAD_OF = {
  // A signer has one from its start. It formats nothing but the headers of event streams.
  "@smithy/signature-v4/dist-es/HeaderFormatter.js": `export class HeaderFormatter {
    format() { throw new Error("HeaderFormatter is left out of the bundle: no event stream is signed"); }
  }`,
  // The SDK has an older and a newer reader of the same forms of a time, and takes both along. This one gives the newer for both.
  "@smithy/core/dist-es/submodules/serde/date-utils.js": `
    import { _parseRfc3339DateTimeWithOffset } from "./schema-serde-lib/schema-date-utils";
    export {
      _parseEpochTimestamp as parseEpochTimestamp,
      _parseRfc3339DateTimeWithOffset as parseRfc3339DateTimeWithOffset,
      _parseRfc7231DateTime as parseRfc7231DateTime,
    } from "./schema-serde-lib/schema-date-utils";
    export const parseRfc3339DateTime = _parseRfc3339DateTimeWithOffset;
    export const dateToUtcString = (date) => date.toUTCString();
  `,
  // A client tells its logger of each call. None of ours has a logger.
  "@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js": `
    export const loggerMiddleware = () => (next) => next;
    export const loggerMiddlewareOptions = {
      name: "loggerMiddleware", tags: ["LOGGER"], step: "initialize", override: true,
    };
    export const getLoggerPlugin = () => ({ applyToStack: () => {} });
  `,
  // The log keeps lines back only where it is told to.
  "@aws-lambda-powertools/logger/lib/esm/logBuffer.js": `
    export class CircularMap {
      constructor() { throw new Error("log buffers are left out of the bundle: no line is kept back"); }
    }
  `,
  // It is asked for parameters of S3's client alone.
  "@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/index.js": `
    export const resolveParamsForS3 = () => { throw new Error("S3 is left out of the bundle"); };
  `,
  // It notes for the user agent's header which features of the SDK a call uses. AWS counts them, and answers the same.
  "@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/check-features.js": `
    export const checkFeatures = async () => {};
  `,
  // The template says on which Node the functions run.
  "@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js": `
    export const state = { warningEmitted: true };
    export const emitWarningIfUnsupportedVersion = () => {};
  `,
  // A function has no home with files of settings: all that is set is in its environment.
  "@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js": `
    export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
    export const CONFIG_PREFIX_SEPARATOR = ".";
  `,
};

module.exports = [
  {
    // Each throws if it is used all the same.
    name: "nothing-that-is-never-used",
    setup(build) {
      const files = Object.keys(NEVER_USED).join("|");
      const filter = new RegExp(`[\\\\/]node_modules[\\\\/].*[\\\\/](${files})\\.js$`);
      build.onLoad({ filter }, ({ path }) => {
        const [, file] = filter.exec(path);
        const [name, why] = NEVER_USED[file];
        const message = `${name} is left out of the bundle: ${why}`;
        return {
          contents: `export function ${name}() { throw new Error(${JSON.stringify(message)}); }`,
          loader: "js",
        };
      });
    },
  },
  {
    name: "less-of-the-same",
    setup(build) {
      // Most services have the same rules for their endpoints, but for their name in the host's.
      const rules = new Map();
      build.onLoad({ filter: BDD }, async ({ path }) => {
        const [service, general] = generalRules(await readFile(path, "utf8"));
        const name = `endpoint-rules-${createHash("sha256").update(general).digest("hex").slice(0, 8)}`;
        rules.set(name, { contents: general, resolveDir: dirname(path), loader: "js" });
        return {
          contents: `import { rulesOf } from "${name}";
            export const bdd = /* @__PURE__ */ rulesOf(${JSON.stringify(service)});`,
          loader: "js",
        };
      });
      build.onResolve({ filter: /^endpoint-rules-/ }, ({ path }) => ({
        path: join(__dirname, path),
        sideEffects: false,
      }));
      build.onLoad({ filter: /[\\/]endpoint-rules-\w+$/ }, ({ path }) => rules.get(basename(path)));
      build.onLoad({ filter: /[\\/]schema-date-utils\.js$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        // An expression that nobody uses goes only where it is known to do nothing.
        const pure = source.replace(/= (?=new RegExp\()/g, "= /* @__PURE__ */ ");
        return { contents: pure.replace(HTTP_DATES, NO_HTTP_DATES), loader: "js" };
      });
      const ends = Object.keys(INSTEAD_OF).map((each) =>
        each.replaceAll(".", "\\.").replaceAll("/", "[\\\\/]"),
      );
      build.onLoad({ filter: new RegExp(`[\\\\/](${ends.join("|")})$`) }, ({ path }) => {
        const end = Object.keys(INSTEAD_OF).find((each) => path.replaceAll("\\", "/").endsWith(each));
        return { contents: INSTEAD_OF[end], resolveDir: dirname(path), loader: "js" };
      });
    },
  },
  {
    // Each partition's Regions, with their names for people. The pattern of a partition knows all but those without a place.
    name: "partitions-by-pattern",
    setup(build) {
      build.onLoad(
        { filter: /[\\/]util-endpoints[\\/]lib[\\/]aws[\\/]partitions\.js$/ },
        async ({ path }) => {
          const source = await readFile(path, "utf8");
          const info = JSON.parse(source.slice(source.indexOf("{"), source.lastIndexOf("}") + 1));
          for (const partition of info.partitions) {
            const isMatched = (name) => new RegExp(partition.regionRegex).test(name);
            const others = Object.keys(partition.regions).filter((name) => !isMatched(name));
            partition.regions = Object.fromEntries(others.map((name) => [name, {}]));
          }
          return { contents: `export const partitionsInfo = ${JSON.stringify(info)};`, loader: "js" };
        },
      );
    },
  },
  {
    name: "no-descriptions",
    setup(build) {
      build.onLoad({ filter: DESCRIBED }, async ({ path }) => ({
        contents: leaveOutDescriptions(await readFile(path, "utf8")),
        loader: "ts",
      }));
    },
  },
  {
    name: "schemas-of-what-is-used",
    setup(build) {
      build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
        const [, client] = CLIENT.exec(path);
        const words = wordsOfReaders(`@aws-sdk/${client}`);
        const source = await readFile(path, "utf8");
        return { contents: leaveOutErrors(writeOutKeys(leaveOutFields(source, words))), loader: "js" };
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
    // EventBridge's client takes it along for events in several Regions at once. What puts events on a bus is signed as all else.
    name: "no-signing-for-many-regions",
    setup(build) {
      build.onResolve({ filter: /^@aws-sdk\/signature-v4-multi-region$/ }, () => ({
        path: join(__dirname, "one-region-signing.mjs"),
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
