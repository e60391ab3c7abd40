import type { LogsAbout, Settings } from "./deployed.ts";

/** What the log says while the search for what nobody named goes on. */
const SEARCHING = /the search for load balancers/;

/**
 * The settings, with what the functions have found of an instance, so that no account is searched for it once more. They log each load
 * balancer that nobody named. As they were where the search goes on, where nothing tells that there was one, or where it has found a
 * cluster: one that is named may be changed.
 */
export function withFound(settings: Settings, logs: LogsAbout | undefined, instanceId: string): Settings {
  const { discover = "all", target_groups = [], elb_names = [] } = settings;
  const own = (logs?.lines ?? []).filter(({ instance_id }) => instance_id === instanceId);
  const last = own.findLast(({ waiting_for }) => waiting_for !== undefined);
  const found = own.filter(({ message }) => message === "found, not named");
  const hasCluster = found.some(({ cluster }) => cluster !== undefined);
  if (discover !== "all" || last === undefined || hasCluster || SEARCHING.test(String(last.waiting_for)))
    return settings;
  // A line does not tell of which kind a load balancer is. One that there is not in one of the lists only costs a call.
  const names = found.map(({ load_balancer }) => String(load_balancer));
  return {
    ...settings,
    discover: "named",
    target_groups: [...new Set([...target_groups, ...names])],
    elb_names: [...new Set([...elb_names, ...names])],
  };
}
