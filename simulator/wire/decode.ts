import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticStructureSchema } from "@smithy/types";
import { AwsError, NotSimulated } from "./errors.ts";
import type { Operation, Service } from "./operation.ts";

type Structure = { [member: string]: unknown };

/** Where a value came from: JSON has numbers and booleans, a query string has only text, and EC2's names its own way. */
type Source = Service["protocol"]["kind"];

/**
 * Turns a request's raw value into the operation's input, by the SDK's own schema: required members present, every
 * member known to the schema and to the simulator, every value of the right kind.
 *
 * Throws an AwsError with the service's code for what AWS would refuse, and NotSimulated for a parameter that is real
 * but not simulated.
 */
export function decodeInput(service: Service, operation: Operation, raw: unknown, source: Source): Structure {
  const schema = NormalizedSchema.of(operation.schema[4]);
  const name = operation.schema[2];
  const known = new Set(operation.knows);

  const unknown = (path: string) => new NotSimulated(`the parameter ${path} of ${service.name}:${name}`);
  const refuse = (message: string) => new AwsError(service.invalidParameterCode, message, 400);

  function decode(member: NormalizedSchema, value: unknown, path: string): unknown {
    if (member.isStructSchema()) return decodeStructure(member, value, path);
    if (member.isListSchema()) return decodeList(member, value, path);
    if (member.isMapSchema()) return decodeMap(member, value, path);
    if (!known.has(path)) throw unknown(path);
    return decodeLeaf(member, value, path);
  }

  function decodeStructure(member: NormalizedSchema, value: unknown, path: string): Structure {
    if (!isStructure(value)) throw refuse(`${path || name}: expected a structure, found ${describe(value)}.`);
    const members = new Map(member.structIterator());
    if (path !== "" && !path.endsWith("[]") && !isKnownPrefix(known, `${path}.`)) {
      if (Object.keys(value).length === 0) throw unknown(path);
    }
    const result: Structure = {};
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined || each === null) continue;
      const [memberName, memberSchema] = find(members, key, source);
      if (!memberSchema) throw unknown(join(path, key));
      result[memberName] = decode(memberSchema, each, join(path, memberName));
    }
    for (const required of requiredMembers(member)) {
      if (result[required] === undefined) {
        throw service.missingParameterCode
          ? new AwsError(
              service.missingParameterCode,
              `The request must contain the parameter ${required}.`,
              400,
            )
          : refuse(
              `1 validation error detected: Value null at '${join(path, required)}' failed to satisfy constraint: Member must not be null`,
            );
      }
    }
    return result;
  }

  function decodeList(member: NormalizedSchema, value: unknown, path: string): unknown[] {
    const items = source === "json" ? value : queryList(member, value, source);
    if (!Array.isArray(items)) throw refuse(`${path}: expected a list, found ${describe(items)}.`);
    if (items.length === 0 && !isKnownPrefix(known, `${path}[]`)) throw unknown(path);
    return items.map((item) => decode(member.getValueSchema(), item, `${path}[]`));
  }

  function decodeMap(member: NormalizedSchema, value: unknown, path: string): Structure {
    if (!isStructure(value)) throw refuse(`${path}: expected a map, found ${describe(value)}.`);
    if (Object.keys(value).length === 0 && !isKnownPrefix(known, `${path}.*`)) throw unknown(path);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, decode(member.getValueSchema(), each, `${path}.*`)]),
    );
  }

  function decodeLeaf(member: NormalizedSchema, value: unknown, path: string): unknown {
    const wrong = (expected: string) => refuse(`${path}: expected ${expected}, found ${describe(value)}.`);
    if (member.isStringSchema()) {
      if (typeof value !== "string") throw wrong("a string");
      return value;
    }
    if (member.isNumericSchema()) {
      const number =
        source !== "json" && typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number)) throw wrong("a number");
      return number;
    }
    if (member.isBooleanSchema()) {
      const boolean = source !== "json" && (value === "true" || value === "false") ? value === "true" : value;
      if (typeof boolean !== "boolean") throw wrong("true or false");
      return boolean;
    }
    if (member.isBlobSchema()) {
      if (typeof value !== "string") throw wrong("a base64 string");
      return Buffer.from(value, "base64");
    }
    throw new NotSimulated(`the kind of value of ${path} in ${service.name}:${name}`);
  }

  return decodeStructure(schema, raw, "");
}

// The SDK lists a structure's required members first, and how many they are.
function requiredMembers(member: NormalizedSchema): readonly string[] {
  const schema = member.getSchema() as unknown as StaticStructureSchema;
  return schema[4].slice(0, schema[6] ?? 0);
}

function find(
  members: ReadonlyMap<string, NormalizedSchema>,
  key: string,
  source: Source,
): [string, NormalizedSchema | undefined] {
  if (source === "json") return [key, members.get(key)];
  for (const [name, member] of members) if (queryName(name, member, source) === key) return [name, member];
  return [key, undefined];
}

// EC2 begins the names of its parameters with a capital, whatever they are called in its answers.
function queryName(name: string, member: NormalizedSchema, source: Source): string {
  const { ec2QueryName, xmlName = name } = member.getMergedTraits() as {
    ec2QueryName?: string;
    xmlName?: string;
  };
  return source === "ec2" ? (ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1)) : xmlName;
}

// In a query string a list is `Name.member.1=..`, or `Name.1=..` where it is flattened, as EC2's all are, and `Name=`
// when it is empty.
function queryList(member: NormalizedSchema, value: unknown, source: Source): unknown {
  if (value === "") return [];
  if (!isStructure(value)) return value;
  const traits = member.getMergedTraits();
  const items =
    traits.xmlFlattened || source === "ec2"
      ? value
      : value[String(member.getValueSchema().getMergedTraits().xmlName ?? "member")];
  if (!isStructure(items)) return items;
  return Object.keys(items)
    .sort((a, b) => Number(a) - Number(b))
    .map((index) => items[index]);
}

function isKnownPrefix(known: ReadonlySet<string>, prefix: string): boolean {
  for (const path of known) if (path.startsWith(prefix)) return true;
  return false;
}

function isStructure(value: unknown): value is Structure {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, member: string): string {
  return path ? `${path}.${member}` : member;
}

function describe(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
