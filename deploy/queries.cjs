// The CloudWatch Logs Insights queries that are saved with the deployment. docs/queries.md is made from them, and a test runs each
// against the functions' own lines.

/** @typedef {{ name: string, answers: string, query: string }} Query */

/** @type {Readonly<Record<string, Query>>} */
exports.queries = {
  OneDrainQuery: {
    name: "one drain",
    answers: "What has happened to one instance, line by line. Put its id in.",
    query: [
      "fields @timestamp, function, level, message, waiting_for, drain_deadline, ends_with, held_seconds, service_name, load_balancer, reason, would, left, setting, tasks.0.family, tasks.0.task, needs_seconds, has_seconds",
      '| filter instance_id = "i-0123456789abcdef0"',
      "| sort @timestamp asc",
      "| limit 10000",
    ].join("\n"),
  },
  OpenDrainsQuery: {
    name: "what drains wait for",
    answers:
      "What each drain waited for when a run last handed it over. One that has ended since is there too.",
    query: [
      'filter message = "handed over"',
      "| stats latest(waiting_for) as waits_for, max(held_seconds) as held by auto_scaling_group, instance_id",
      "| sort held desc",
    ].join("\n"),
  },
  CutOffQuery: {
    name: "cut off",
    answers:
      "Each instance that went with something on it: what was left, and which setting would have given it more time.",
    query: [
      "fields @timestamp, auto_scaling_group, instance_id, left, setting, held_seconds",
      '| filter outcome = "cut off"',
      "| sort @timestamp asc",
    ].join("\n"),
  },
  EndedDrainsQuery: {
    name: "how long drains take",
    answers: "How many drains ended in each group and how, and how long their hooks held them.",
    query: [
      'filter message = "lifecycle action completed"',
      "| stats count(*) as drains, avg(held_seconds) as mean, pct(held_seconds, 99) as p99, max(held_seconds) as most by auto_scaling_group, outcome",
      "| sort most desc",
    ].join("\n"),
  },
  FailuresQuery: {
    name: "what failed",
    answers: "What made runs fail, by how often: calls with their kind of failure, wrong names, steps.",
    query: [
      'filter level = "ERROR"',
      "| stats count(*) as times, latest(reason) as last_reason by message, action, kind, missing_permission, name",
      "| sort times desc",
    ].join("\n"),
  },
  OfRunsQuery: {
    name: "about runs and groups",
    answers: "Lines that are about a whole run or group, and have no instance.",
    query: [
      "fields @timestamp, function, message, action, kind, name, auto_scaling_group, reason",
      '| filter message in ["call failed", "cannot be used", "out of time", "short hook", "no hook of ours"]',
      "| sort @timestamp asc",
    ].join("\n"),
  },
  SweptQuery: {
    name: "found by sweeps",
    answers: "How many instances in each hour only a sweep found, because their messages were lost.",
    query: [
      'filter message = "sweep found"',
      "| stats count(*) as found by bin(1h) as hour, auto_scaling_group",
      "| sort hour asc",
    ].join("\n"),
  },
  DryRunQuery: {
    name: "dry run",
    answers: "What the functions would have done.",
    query: [
      "fields @timestamp, function, auto_scaling_group, instance_id, would",
      "| filter ispresent(would)",
      "| sort @timestamp asc",
    ].join("\n"),
  },
};

/** The text of each query by its logical id, as the template asks for it. */
for (const [id, { query }] of Object.entries(exports.queries)) exports[id] = () => query;
