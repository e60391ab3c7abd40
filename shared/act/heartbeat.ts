import type { LifecycleAction } from "../model/hooks.ts";
import type { Run } from "../run/run.ts";

/**
 * Starts a lifecycle action's timer again. "no such action" means that Auto Scaling knows none with this token. Throws an
 * AwsCallError.
 */
export async function sendHeartbeat(
  run: Run,
  action: LifecycleAction,
): Promise<"recorded" | "no such action"> {
  const answer = await run.ports.autoScaling.heartbeat(action);
  const log = run.logAbout(action);
  if (answer === "recorded") log.info("heartbeat recorded");
  else log.info("heartbeat refused", { reason: "there is no such lifecycle action" });
  return answer;
}

/** Whether a hook holds an instance by any lifecycle action. Sends a heartbeat by the instance's id. Throws an AwsCallError. */
export async function holdsByInstance(run: Run, action: LifecycleAction): Promise<boolean> {
  const answer = await run.ports.autoScaling.heartbeat({ ...action, token: undefined });
  return answer === "recorded";
}
