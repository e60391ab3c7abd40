import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticStructureSchema } from "@smithy/types";
import { AwsError, NotSimulated } from "./errors.ts";
import type { Operation, Service } from "./operation.ts";

type Structure = { [member: string]: unknown };

/** The protocol that a value came in. JSON has numbers and booleans; Query and REST have only text; EC2 has other names. */
type Source = Service["protocol"]["kind"];

/**
 * Converts a request's raw value into the operation's input by the SDK's own schema. Required parameters must be there. Each
 * parameter must be known to the schema and to the simulator, and each value must be of the right kind.
 *
 * Throws an AwsError with the service's code for what AWS would refuse, and NotSimulated for a parameter that is real
 * but not simulated.
 */
export function decodeInput(service: Service, operation: Operation, raw: unknown, source: Source): Structure {
  return new Decoder(service, operation, source).structure(NormalizedSchema.of(operation.schema[4]), raw, "");
}

class Decoder {
  readonly #service: Service;
  readonly #operation: string;
  readonly #known: ReadonlySet<string>;
  readonly #source: Source;

  constructor(service: Service, { schema, knows }: Operation, source: Source) {
    this.#service = service;
    this.#operation = schema[2];
    this.#known = new Set(knows);
    this.#source = source;
  }

  structure(member: NormalizedSchema, value: unknown, path: string): Structure {
    if (!isStructure(value))
      throw this.#refusal(`${path || this.#operation}: expected a structure, found ${describe(value)}.`);
    const members = new Map(member.structIterator());
    if (path !== "" && !path.endsWith("[]") && !isKnownPrefix(this.#known, `${path}.`)) {
      if (Object.keys(value).length === 0) throw this.#notSimulated(path);
    }
    const result: Structure = {};
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined || each === null) continue;
      const [memberName, memberSchema] = find(members, key, this.#source);
      if (!memberSchema) throw this.#notSimulated(join(path, key));
      result[memberName] = this.#value(memberSchema, each, join(path, memberName));
    }
    for (const required of requiredMembers(member))
      if (result[required] === undefined) throw this.#missing(required, path);
    return result;
  }

  #value(member: NormalizedSchema, value: unknown, path: string): unknown {
    if (member.isStructSchema()) return this.structure(member, value, path);
    if (member.isListSchema()) return this.#list(member, value, path);
    if (member.isMapSchema()) return this.#map(member, value, path);
    if (!this.#known.has(path)) throw this.#notSimulated(path);
    return this.#leaf(member, value, path);
  }

  #list(member: NormalizedSchema, value: unknown, path: string): unknown[] {
    const items = this.#source === "json" ? value : queryList(member, value, this.#source);
    if (!Array.isArray(items)) throw this.#refusal(`${path}: expected a list, found ${describe(items)}.`);
    if (items.length === 0 && !isKnownPrefix(this.#known, `${path}[]`)) throw this.#notSimulated(path);
    return items.map((item) => this.#value(member.getValueSchema(), item, `${path}[]`));
  }

  #map(member: NormalizedSchema, value: unknown, path: string): Structure {
    if (!isStructure(value)) throw this.#refusal(`${path}: expected a map, found ${describe(value)}.`);
    if (Object.keys(value).length === 0 && !isKnownPrefix(this.#known, `${path}.*`))
      throw this.#notSimulated(path);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        this.#value(member.getValueSchema(), each, `${path}.*`),
      ]),
    );
  }

  #leaf(member: NormalizedSchema, value: unknown, path: string): unknown {
    const wrong = (expected: string) =>
      this.#refusal(`${path}: expected ${expected}, found ${describe(value)}.`);
    const isText = this.#source !== "json";
    if (member.isStringSchema()) {
      if (typeof value !== "string") throw wrong("a string");
      return value;
    }
    if (member.isNumericSchema()) {
      const number = isText && typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number)) throw wrong("a number");
      return number;
    }
    if (member.isBooleanSchema()) {
      const boolean = isText && (value === "true" || value === "false") ? value === "true" : value;
      if (typeof boolean !== "boolean") throw wrong("true or false");
      return boolean;
    }
    if (member.isBlobSchema()) {
      if (typeof value !== "string") throw wrong("a base64 string");
      return Buffer.from(value, "base64");
    }
    // JSON has times as seconds since 1970.
    if (member.isTimestampSchema() && !isText) {
      if (typeof value !== "number" || !Number.isFinite(value)) throw wrong("a time in seconds");
      return new Date(value * 1_000);
    }
    throw new NotSimulated(`the kind of value of ${path} in ${this.#service.name}:${this.#operation}`);
  }

  #notSimulated(path: string): NotSimulated {
    return new NotSimulated(`the parameter ${path} of ${this.#service.name}:${this.#operation}`);
  }

  #refusal(message: string): AwsError {
    return new AwsError(this.#service.invalidParameterCode, message, 400);
  }

  #missing(required: string, path: string): AwsError {
    const { missingParameterCode } = this.#service;
    return missingParameterCode
      ? new AwsError(missingParameterCode, `The request must contain the parameter ${required}.`, 400)
      : this.#refusal(
          `1 validation error detected: Value null at '${join(path, required)}' failed to satisfy constraint: Member must not be null`,
        );
  }
}

// In the SDK's schema the required parameters come first, and a number says how many they are.
function requiredMembers(member: NormalizedSchema): readonly string[] {
  const schema = member.getSchema() as unknown as StaticStructureSchema;
  return schema[4].slice(0, schema[6] ?? 0);
}

function find(
  members: ReadonlyMap<string, NormalizedSchema>,
  key: string,
  source: Source,
): [string, NormalizedSchema | undefined] {
  if (source === "json" || source === "rest") return [key, members.get(key)];
  for (const [name, member] of members) if (queryName(name, member, source) === key) return [name, member];
  return [key, undefined];
}

// EC2's parameters begin with a capital letter, whatever they are called in its answers.
function queryName(name: string, member: NormalizedSchema, source: Source): string {
  const { ec2QueryName, xmlName = name } = member.getMergedTraits() as {
    ec2QueryName?: string;
    xmlName?: string;
  };
  return source === "ec2" ? (ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1)) : xmlName;
}

// In Query a list is `Name.member.1=..`. A flattened list, as all of EC2's are, is `Name.1=..`. An empty list is `Name=`.
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
