import { CPU_PRICES, slowness } from "../../bench/cpu.ts";
import { rounded } from "../../bench/numbers.ts";
import { template } from "../../bench/template.ts";

/** A table of each kind of figure, as Markdown. */
type Tables = Readonly<
  Record<
    | "deployed"
    | "delays"
    | "mapping"
    | "named"
    | "hours"
    | "discovery"
    | "bundle"
    | "atOnce"
    | "peers"
    | "better"
    | "real",
    string
  >
>;

/** The page on what a drain costs, around its tables. */
export function performanceText(tables: Tables): string {
  return `# What a drain costs

<!-- Made from bench/results.json by \`npm run docs\`. -->

Calls to AWS count, because the deployment that removes the instances shares the account's throttles. Lambda seconds count, and
so does the time for which you pay for an instance that is ready. An idle hour costs something too. In dollars, see [costs.md](costs.md).
This command measures all of it:

    npm run bench

It takes a quarter of an hour. \`--only PART\` runs one part, and \`--quick\` takes fewer fleets. Ten thousand terminations at once take
many more minutes, so they are only run by themselves:

    npm run bench -- --only ten-thousand

Each command prints its figures, and the calls by action. It writes them to \`bench/results.json\`, and the picture to
\`bench/calls-and-lag.svg\`. The exit status is 1 when a figure is over its limit. Then \`npm run docs\` writes this page, and the
README's table.

The functions themselves run, with the SDK, over the simulated AWS on a virtual clock. So counts and times are the same on every
machine. In the tables, a limit stands in brackets behind its figure. KB are 1,000 bytes.

## As the template deploys it

Here the functions have the inputs of \`serverless.yml\`, with its sweeps, its discovery and its timeouts. The bench reads that
file, so the figures cannot rest on an older one.

The fleet has a managed and a static target group with a delay of 30 s, and a classic load balancer that drains for 30 s. Each
instance has 3 tasks. An instance drains for 60 s: that is the time from DRAINING until the last task is STOPPED. No task listens
behind the static group or the classic load balancer, and the input names only the latter. "1 of 10" means that one instance
terminates in a cluster of ten.

${tables.deployed}

- **Calls** are all calls from the message to its deletion, retries too. Those of a run without a termination are subtracted.
- **Lambda seconds** are those of all invocations in that time, with the functions' own work. A call takes ${CPU_PRICES.call} ms of a
  whole vCPU, and a KB of an answer ${CPU_PRICES.kilobyte} ms. With ${template.memoryMegabytes} MB, that takes ${rounded(slowness(template.memoryMegabytes))} times as long. The prices were measured once, by
  \`npm run bench -- --measure-cpu\`.
- **Lag** is the time from ready to completed. An instance is ready when no target of it is left, and no task.
- **Begun** is the time from the message's arrival in the lifecycle queue until the instance is DRAINING. Up to a minute of that
  is the wait for deregister's next run. Where discovery has to find a target group first, the next run of terminate goes on.
- Calls and Lambda seconds are means over up to 20 timings. The minute's ticks may be early or late for the message, and the
  message may come in each of the five minutes between two sweeps. p50, p99 and most are of all instances and timings.
- With 1,000, a completion waits for those of others, and for the reads between them. Of 20 timings of the ticks, one of the worst has
  a row of its own.

### Over deregistration delays

Here ten of a hundred instances terminate, and all of an instance's load balancers have this deregistration delay. Its tasks are
STOPPED soon after. Checks are five seconds apart, and after a quarter of an hour without a change 30 s.

${tables.delays}

### With the mapping

\`deregister_at_once\` lets the message itself invoke deregister. A drain begins sooner, and takes more calls. A batch has at most
ten messages, and is a run of its own. The mapping's own polling is Lambda's, and is not counted.

${tables.mapping}

### Hours in which nothing ends

${tables.hours}

## Where the input names all there is

With \`discover: named\` and without sweeps, a drain takes fewer calls. These are the limits that stood before the functions found
load balancers by themselves. Their own work takes no time here. Means are over the 20 timings of one minute, and of 1,000 over two.

${tables.named}

### What discovery costs

Here the Region has target groups that nobody named. The figures are of one timing. "Held" is the time from the termination to
its completion. Most of it is the round: terminate asks fewer than three groups a second, whatever the number of instances.

${tables.discovery}

## Bundles

The deployed zip has its source map in it, so that a stack trace names our lines. \`npm run bench -- --only bundle\` prints its
size. The import is timed with source maps on, as deployed. Credentials come from the environment alone, as Lambda gives them,
so no other source of them is bundled. Fields of AWS's answers that no source names are left out too.

${tables.bundle}

## Many at once, with half of the buckets

Here a deployment takes the other half of each of AWS's token buckets. AWS does not publish the size of Auto Scaling's. What is
left of it is assumed to be 5 calls a second and 50 at once (\`--auto-scaling-rate\`, \`--auto-scaling-burst\`). The input names all
there is. More than 1,000 instances are spread over clusters and target groups, within AWS's quotas.

${tables.atOnce}

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

The picture is of the functions as deployed, of one timing.

![Calls and lag against the number of terminations and of instances](../bench/calls-and-lag.svg)

## Beside others

These are models of the calls that other drainers make, from their code, on the same simulator and clock. None of them handles
load balancers, so these worlds have none. Tasks end 60 s after DRAINING, and ECS lists container instances in any order. The
lag is from ready, when no task runs any more, to completed. To print it all:

    npm run bench -- --only peers

${tables.peers}

- Ours is as deployed, a mean over five timings. Theirs takes no time for their own work.
- kayac and angstwad know the first hundred instances of a cluster only. So where a hundred are enough, theirs has a hundred. Else
  they never complete.
- Lambda ends a run after 15 minutes, and invokes it twice more. kayac then goes on. getsocial takes the instance for one without
  tasks, and completes.
- aws-samples, angstwad and Dwolla publish to their own topic until the drain is over. Lambda cuts such a loop off after 16 rounds,
  which is some 80 s.
- The original of the pair checks no tasks. It takes the container instance out of its cluster by force. The tasks run on, and it
  completes. It takes one message a minute.

### Where another one is better

A drainer with one Lambda for each instance is better where instances go one by one. It begins with the event, and not with the
next minute. With nobody to share a call with, ours costs more, because it also looks for load balancers, checks twice, and sweeps.
Below is each figure in which one is better that completes every instance, and none with tasks on it.

${tables.better}

### Beside the real ones

${tables.real}

This is what was measured when the real drainers ran, beside an emulator of AWS (moto) that answered more slowly the more of
them called it. The command plays each of these models a second time, with calls as slow as that. It prints by how much each
differs, and why. The exit status is 1 if a model's calls, at either speed, or its Lambda seconds differ by more than 10 %. That
is so for one instance, and for getsocial and kayac with 20. The slower calls explain the rest: whoever waits longer for an answer
polls less.

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

\`npm run bench -- --only deployed\` prints the calls by action.

- About half of the calls at N=1,000 are \`CompleteLifecycleAction\`: Auto Scaling takes one instance a call. SQS takes ten messages
  a call, for receiving, sending on and deleting.
- At N=1 the tick decides. A message that comes right after one waits for a minute, and that minute's passes are not needed.
- A thousand completions take 200 seconds at 5 a second, whoever makes them. AWS tells no client how full a bucket is: a client
  learns it by being refused.
- A classic load balancer may be done before its connection draining is over, so it is asked every \`poll_seconds\`. The same holds
  for a target that somebody else took out: nobody knows when its delay began.
`;
}
