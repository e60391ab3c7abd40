/** The page on what a drain costs, around its tables. */
export function performanceText(tables: { ours: string; atOnce: string; peers: string }): string {
  return `# What a drain costs

<!-- Made from bench/results.json by \`npm run docs\`. -->

Calls to AWS count, because the deployment that removes the instances shares the account's throttles. Lambda seconds count, and
so does the time for which you pay for an instance that is ready. An idle hour costs something too. This command measures all
of it:

    npm run bench

It takes a quarter of an hour, most of it for ten thousand terminations at once. \`--quick\` takes less, and \`--only PART\` runs
one part. It prints these tables and more, and writes \`bench/results.json\` and \`bench/calls-and-lag.svg\`. The exit status is 1
when a figure is over its limit. After it, \`npm run docs\` writes this page.

The functions themselves run, with the SDK, over the simulated AWS on a virtual clock. So counts and times are the same on every
machine. KB are 1,000 bytes.

## One fleet

The fleet has a managed and a static target group with a delay of 30 s, and a classic load balancer that drains for 30 s. Each
instance has 3 tasks. The hook's timeout is 3600 s. No task listens behind the static group or the classic load balancer.

- N is how many instances terminate at once, C how many are in the cluster.
- D is the time from DRAINING until the last task is STOPPED.
- All calls count, retries too, from the message to its deletion. Those of a run without a termination are subtracted.
- The minute's ticks may be early or late for the message. So N=1 and N=20 are means over 20 timings, and N=1,000 over two. The
  bench prints the least and the most too. A p99 is that of the worst of N=1, 5, 20 and 40.
- The growth with C, the picture, and everything with half of the buckets use the first timing: a message waits for 20 s.
- More than 1,000 instances are spread over clusters and target groups, within AWS's quotas.
- In this table no token bucket is ever empty, so nothing is refused.

${tables.ours}

- **With the mapping** a drain begins sooner, and takes more calls. Its batches have at most ten messages, and each batch is a
  run of its own. The mapping's own polling is Lambda's, and is not counted.
- **Lag.** With D=60 s all instances are ready before the 130 s are over. D=300 s shows what the next pass, the hand-over and the
  completion add. After a quarter of an hour without a change, passes are 30 s apart, and so the lag may be that long.
- **Discovery.** All other figures are with \`discover: named\`. Those with unnamed target groups are with \`discover: all\`, of all
  calls together and of one timing. "Held" is the time from the termination to its completion. Most of it is the round:
  terminate asks fewer than three groups a second, whatever the number of instances.
- **Sweep.** A sweep that comes before deregister has taken the messages finds their instances too. It asks of each whether our
  hook holds it. Both drain them until the messages merge. That is the price of losing none, one minute in \`sweep_minutes\`; with
  the template, one in five.
- **Bundle.** The deployed zip has its source map in it, so that a stack trace names our lines. \`npm run bench -- --only bundle\`
  prints its size. The import is timed with source maps on, as deployed. Credentials come from the environment alone, as Lambda
  gives them, so no other source of them is bundled.
  Fields of AWS's answers that no source names are left out too. The limit was 450 KB until the functions found load balancers
  and addresses by themselves: what reads and decides that is some 60 KB.

## Many at once, with half of the buckets

Here a deployment takes the other half of each of AWS's token buckets. AWS does not publish the size of Auto Scaling's. What is
left of it is assumed to be 5 calls a second and 50 at once (\`--auto-scaling-rate\`, \`--auto-scaling-burst\`).

${tables.atOnce}

The lag counts from the later of two times: ready, and 130 s after the message; with the mapping, 70 s.

- **Refused calls** take from the deployment's half of a shared bucket. Nearly all of them are to Auto Scaling. After them,
  completions wait for each other.
- **Pace.** A run calls a cluster at the pace of half a bucket. But deregister and terminate, and two runs that overlap for some
  seconds, do not know of each other.
- **Failed runs.** A run fails if a call is still refused after the SDK's retries. The next pass asks again, and no drain fails.
- **Ten thousand** wait for two buckets. ECS lets half of an account read its clusters 600 times a minute, and a run gets
  messages of all ten clusters. Then Auto Scaling takes 5 completions a second, so the last of ten thousand takes 33 minutes.
  Instances that only wait in the completion queue are completed while the others are read. They get a heartbeat when a sixth of
  the timeout is left, not a third: a heartbeat takes the place of a completion.
- If you terminate so many at once, set \`drain_timeout_seconds\` above the default hour, or go cluster by cluster.
- Ten thousand with the mapping were not measured.

![Calls and lag against the number of terminations and of instances](../bench/calls-and-lag.svg)

## Beside others

These are models of the calls that other drainers make, from their code, on the same simulator and clock. None of them handles
load balancers, so this world has none. D is 60 s, and ECS lists container instances in any order. The lag is from ready, when no
task runs any more, to completed. To print it all:

    npm run bench -- --only peers

${tables.peers}

- Our own row is of one timing. A drainer that checks every five seconds lags by up to five.
- With one instance, getsocial and kayac make fewer calls because they check less. They ask every ten seconds, and for tasks
  alone. kayac knows the first hundred instances of a cluster only, and getsocial reads all pages. One Lambda stays busy for each
  instance.
- angstwad, too, knows the first hundred instances only. So C is 100 for both.
- The original of the pair checks no tasks. It takes the container instance out of its cluster by force. The tasks run on, and it
  completes.

"Real one" is what was measured when the real drainer ran, beside an emulator of AWS (moto) that answered more slowly the more of
them called it. The command plays each of these models a second time, with calls as slow as that. It prints by how much each
differs, and why. The exit status is 1 if a model's calls, at either speed, or its Lambda seconds differ by more than 10 %. That
is so for N=1, and for getsocial and kayac at N=20. The slower calls explain the rest: whoever waits longer for an answer polls less.

Some have no measured figures, or no model:

- **Dwolla** and **the pair's original** were not run.
- **buildkite/lifecycled** is not modelled. It runs on each instance, and receives every termination by SNS through a queue of
  its own. It leaves the drain to the operator's script. The simulated AWS has no SNS, and what a script calls is not known.
- **aws/aws-node-termination-handler** is not modelled. It drains nodes of Kubernetes, so on an ECS cluster it has nothing to do.
  Where it was measured, it waited for 60 s instead, for ten instances at a time.

## Why so few calls

- **One call for all.** All terminations of a run share each call. Target groups and load balancers are asked once a pass,
  container instances by a hundred, Auto Scaling by fifty.
- **A recheck instead of a pass.** The message remembers one blocker, a task or a registration. While it is there, nothing else can
  let the drain go on. So between the passes, one a minute, only the blocker is asked about. A recheck can only decide to wait: a
  pass always comes before a step or a completion. If the tasks that are left do not fit into a call, one task of each instance is
  asked about. One is enough.
- **Nothing within a known delay.** A target that is draining stays so for its group's whole deregistration delay. If we took it
  out, we know since when. The group is asked for its delay once a run, and for nothing more until the delay is over. Once a minute
  a pass reads everything.
- **Counts before lists.** Tasks are listed only if the container instance's own counts leave something open. They are listed for
  a whole cluster if that takes fewer calls.
- **What does not change is not asked again.** The kind of a target group travels in the message. Services and hooks are read once
  a run. Which tasks are protected is asked when a stall is first explained, and then every quarter of an hour.
- **Half of the buckets.** Beyond fifty calls at once, a run reads an ECS cluster ten times a second, and changes it twenty times a
  second. That is half of what AWS documents, and the other half is for the deployment.
- **Slower once refused.** Nobody knows the size of Auto Scaling's bucket, so the SDK's adaptive retries find it out. Once
  completions are refused, fewer are made, and more again as they are accepted. No other call waits for that.
- **Nobody polls for nothing.** A drain's next check comes when the answer can have changed. After a quarter of an hour without a
  change, checks are further apart. terminate's first receive waits for five seconds, and the run ends if it brings nothing.

## Why not fewer

\`npm run bench -- --only calls\` prints the calls by action.

- About half of the calls at N=1,000 are \`CompleteLifecycleAction\`: Auto Scaling takes one instance a call. SQS takes ten messages
  a call, for receiving, sending on and deleting.
- At N=1 the tick decides. A message that comes right after one waits for a minute, and that minute's passes are not needed.
- A thousand completions take 200 seconds at 5 a second, whoever makes them. AWS tells no client how full a bucket is: a client
  learns it by being refused.
- A classic load balancer may be done before its connection draining is over, so it is asked every \`poll_seconds\`. The same holds
  for a target that somebody else took out: nobody knows when its delay began.
`;
}
