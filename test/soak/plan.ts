import type { Random, RandomSource } from "../../simulator/kernel/random.ts";
import { type Disturbance, disturbanceOf, faultsOf } from "../simulation/faults.ts";
import { type Entry, happeningsOf, scalesInOnlyWhatIsThere } from "../simulation/happenings.ts";
import type { Place } from "../simulation/world.ts";

type Group = Place["auto_scaling_groups"][number];

/** What happens within one hour, as a scenario has it, and what goes wrong in it. */
export type Hour = Partial<Disturbance> & { readonly timeline: Entry[] };

/** Every third hour something goes wrong; by the next time all that it has delayed has come to rest. */
const DISTURBED_EVERY = 3;
/** A scale-in takes one to this many instances. */
const MOST = 3;

/**
 * What happens in an hour of the soak, counted from its start. A disturbed hour is one seed's worth of the simulation, in a
 * world that has had many before; a calm one is scale-in after scale-in, now and then with a mass scale-in or an instance
 * refresh.
 *
 * @param place the world, with the instances that its groups have in service now
 * @param perHour how many terminations an hour should have
 */
export function planHour(source: RandomSource, place: Place, hour: number, perHour: number): Hour {
  if (hour % DISTURBED_EVERY !== 0) {
    return { timeline: calm(source("calm"), place, perHour).filter(scalesInOnlyWhatIsThere(place)) };
  }
  const faults = source("faults");
  const disturbance = disturbanceOf(faults);
  const happenings = happeningsOf(source("happenings"), place).filter(isRecoverable);
  return { ...disturbance, timeline: [...happenings, ...faultsOf(faults, disturbance)].sort(inTurn) };
}

// Nobody makes again what was deleted: after some days nothing would be left to drain.
function isRecoverable(entry: Entry): boolean {
  return (
    !entry.delete_service && !entry.delete_target_group && !entry.delete_load_balancer && !entry.delete_group
  );
}

function calm(random: Random, { auto_scaling_groups: groups }: Place, perHour: number): Entry[] {
  const scaleIns = Math.ceil((1.1 * perHour) / ((1 + MOST) / 2));
  const entries = Array.from({ length: scaleIns }, () =>
    thereAndBack(random, random.pick(groups), random.whole(1, MOST)),
  );
  const group = random.pick(groups);
  const size = group.instance_ids?.length ?? 0;
  if (random.chance(0.08)) entries.push(thereAndBack(random, group, Math.ceil(size / 2)));
  if (random.chance(0.08)) entries.push(refresh(random, group));
  return entries.flat().sort(inTurn);
}

function thereAndBack(random: Random, { name: group }: Group, count: number): Entry[] {
  const at_seconds = random.whole(60, 1800);
  return [
    { at_seconds, scale_in: { group, count } },
    { at_seconds: at_seconds + random.whole(300, 1200), scale_out: { group, count } },
  ];
}

function refresh(random: Random, { instance_ids: ids = [] }: Group): Entry[] {
  const at = random.whole(60, 600);
  return ids.map((id, i) => ({ at_seconds: at + i * 90, terminate: { instance_ids: [id], replace: true } }));
}

function inTurn(a: Entry, b: Entry): number {
  return a.at_seconds - b.at_seconds;
}
