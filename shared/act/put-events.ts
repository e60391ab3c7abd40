import type { BatchResult } from "../base/batches.ts";
import type { DrainEvent } from "../model/drain-event.ts";
import type { Run } from "../run/run.ts";

type Failed = BatchResult<DrainEvent>["failed"][number];

/**
 * Puts what this run has to tell on an event bus, if there is one. It comes last in a run, when nothing waits for it. Events that
 * cannot be put are lost: that is a warning, and fails neither the run nor a drain.
 */
export async function putEvents(run: Run, bus: string | undefined): Promise<void> {
  if (bus === undefined || run.events.length === 0) return;
  const { failed } = await run.ports.eventBus.put(bus, run.events);
  // EventBridge may take a moment later what it has refused. A call that failed was repeated by the SDK.
  const refused = failed.filter(({ cause }) => cause === undefined).map(({ item }) => item);
  const again = refused.length === 0 ? [] : (await run.ports.eventBus.put(bus, refused)).failed;
  const lost = [...failed.filter(({ cause }) => cause !== undefined), ...again];
  const [first] = lost;
  if (first === undefined) return;
  for (const cause of new Set(lost.map((each) => each.cause)))
    run.metrics.add(cause?.kind === "throttled" ? "CallsThrottled" : "CallsFailed");
  run.log.warn("events not put", {
    event_bus: bus,
    events: lost.length,
    ...(first.cause?.lacksPermission ? { missing_permission: first.cause.action } : {}),
    reason: reasonOf(first),
  });
}

function reasonOf({ reason, cause }: Failed): string {
  const thrown = cause?.cause;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : reason;
}
