import * as z from "zod/mini";
import type { SeenRegistration } from "../model/registration.ts";
import { valueBy } from "./memory-line.ts";
import { datedBy } from "./memory-values.ts";

const targetForm = z.object({ target_group: z.string(), port: z.number() });
const classicForm = z.object({ elb_name: z.string() });
const registrationForm = z.union([targetForm, classicForm]);
export const otherForm = z.object({ kind: z.string(), id: z.string(), port: z.optional(z.number()) });

const addressForm = z.object({ target_group: z.string(), port: z.number(), address: z.string() });

const isTarget = ({ kind, port, address }: SeenRegistration) =>
  kind === "target" && port !== undefined && address === undefined;
const isAddress = ({ kind, port, address }: SeenRegistration) =>
  kind === "target" && port !== undefined && address !== undefined;
const isClassic = ({ kind, port }: SeenRegistration) => kind === "classic" && port === undefined;

export function readRegistration(each: z.output<typeof registrationForm>): SeenRegistration {
  return "elb_name" in each
    ? { kind: "classic", id: each.elb_name }
    : { kind: "target", id: each.target_group, port: each.port };
}

export function writeRegistration({ kind, id, port }: SeenRegistration): z.input<typeof registrationForm> {
  return kind === "classic" ? { elb_name: id } : { target_group: id, port: port ?? 0 };
}

export function readOther({ kind, id, port }: z.output<typeof otherForm>): SeenRegistration {
  return port === undefined ? { kind, id } : { kind, id, port };
}

export function writeOther({ kind, id, port }: SeenRegistration): z.input<typeof otherForm> {
  return port === undefined ? { kind, id } : { kind, id, port };
}

const isById = (each: SeenRegistration) => isTarget(each) || isClassic(each);
export const isKnownForm = (each: SeenRegistration) => isById(each) || isAddress(each);

/** A registration with a target group or a classic load balancer. */
export const registration = valueBy(
  z.pipe(registrationForm, z.transform(readRegistration)),
  writeRegistration,
  isById,
);
/** A registration with a load balancer of any other kind. */
export const otherRegistration = valueBy(z.pipe(otherForm, z.transform(readOther)), writeOther);

/** A registration with a target group by an address of the instance's. */
export const addressRegistration = valueBy(
  z.pipe(
    addressForm,
    z.transform(
      ({ target_group: id, port, address }: z.output<typeof addressForm>): SeenRegistration => ({
        kind: "target",
        id,
        port,
        address,
      }),
    ),
  ),
  ({ id, port = 0, address = "" }) => ({ target_group: id, port, address }),
  isAddress,
);

/** A registration that was taken out, and when. */
export const taken = datedBy("registration", registration);
export const otherTaken = datedBy("registration", otherRegistration);
export const takenAddress = datedBy("registration", addressRegistration);
