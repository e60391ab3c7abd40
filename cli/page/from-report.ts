import type { Report } from "../report.ts";
import { type Bar, countOver, endsText, type Row, type Run } from "./model.ts";

/**
 * A judged report (`asg-drain start --json`) as the page shows it. It tells when each drain came how far, and not what the instance was
 * registered with.
 */
export function runOfReport({ terminations, damage, violations, calls }: Report, source: string): Run {
  const times = [
    ...terminations.flatMap((each) => [each.asked_at, each.ready_at ?? "", each.completed_at ?? ""]),
    ...damage.flatMap(({ from, to }) => [from, to]),
    ...violations.map(({ at }) => at),
  ].filter((each) => each !== "");
  const all = times.map((each) => Date.parse(each));
  const startedAt = Math.min(...all);
  const seconds = (time: string) => (Date.parse(time) - startedAt) / 1_000;
  const end = (Math.max(...all) - startedAt) / 1_000 + 10;
  const rows = terminations.map((each): Row => {
    const from = seconds(each.asked_at);
    const to = each.completed_at === null ? end : seconds(each.completed_at);
    const until = (time: string | null) => (time === null ? to : seconds(time));
    const bar = (lane: Bar["lane"], label: string, state: Bar["state"], from: number, to: number): Bar[] =>
      to > from ? [{ lane, label, state, from, to }] : [];
    return {
      instanceId: each.instance_id,
      group: each.group,
      outcome: each.reason,
      bars: [
        ...bar("hook", "the hook", "held", from, to),
        ...bar(
          "registration",
          "registrations",
          "all there",
          from,
          each.targets_gone_at === null ? from : until(each.targets_gone_at),
        ),
        ...bar(
          "task",
          "tasks",
          "all there",
          from,
          each.tasks_gone_at === null ? from : until(each.tasks_gone_at),
        ),
        ...(each.ready_at === null
          ? []
          : bar("wait", "completion", "nothing left", seconds(each.ready_at), to)),
      ],
      marks:
        each.completed_at === null
          ? []
          : [{ kind: "completed", at: to, says: `completed with ${each.result}` }],
    };
  });
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    title: "A judged report",
    source,
    startedAt,
    seconds: end,
    summary: [
      endsText(terminations.map(({ completed_at }) => completed_at !== null)),
      `${total} calls to AWS`,
      damage.length === 0 ? "Nothing was lost." : `${damage.length} times something was lost`,
    ],
    missing: [
      "load balancers and tasks one by one, heartbeats, and what each drain waited for: give the scenario itself",
    ],
    rows,
    losses: damage.map(({ kind, instance_id, what, from, to, allowed_by }) => ({
      kind,
      instanceId: instance_id,
      says: what,
      from: seconds(from),
      to: seconds(to),
      allowedBy: allowed_by ?? undefined,
    })),
    curves: [
      countOver(
        "instances that a hook holds",
        rows.flatMap(({ bars }) =>
          bars.filter(({ lane }) => lane === "hook").map(({ from, to }) => [from, to] as const),
        ),
      ),
    ],
  };
}
