import { z } from "zod";

// Values that many keys of a scenario file share.

export const seconds = z.number().min(0);
export const name = z.string().min(1).describe("Its name.");
/** The name of something other than the structure that the key is in. */
export const named = (what: string) => name.describe(`The name of ${what}.`);
export const port = z.int().min(1).max(65_535);
const address = z.union([z.ipv4(), z.ipv6()], { error: "expected an IPv4 or IPv6 address" });
export const addresses = z.array(address).min(1).describe("IPv4 or IPv6 addresses.");
export const prefix = z.union([z.cidrv4(), z.cidrv6()], { error: "expected a prefix such as 10.0.4.16/28" });
export const chance = z.number().min(0).max(1);
export const instanceId = z
  .string()
  .regex(/^i-[0-9a-f]+$/, "expected an instance id such as i-0123456789abcdef0");
export const instanceIds = z.array(instanceId).min(1).describe("Ids of instances.");
