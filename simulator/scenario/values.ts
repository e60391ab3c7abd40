import { z } from "zod";

// Values that many keys of a scenario file share.

export const seconds = z.number().min(0);
export const name = z.string().min(1).describe("Its name.");
/** The name of something other than the structure that the key is in. */
export const named = (what: string) => name.describe(`The name of ${what}.`);
export const port = z.int().min(1).max(65_535);
export const addresses = z.array(z.ipv4()).min(1).describe("IPv4 addresses.");
export const chance = z.number().min(0).max(1);
export const instanceId = z
  .string()
  .regex(/^i-[0-9a-f]+$/, "expected an instance id such as i-0123456789abcdef0");
export const instanceIds = z.array(instanceId).min(1).describe("Ids of instances.");
