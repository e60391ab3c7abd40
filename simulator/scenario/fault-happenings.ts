import { z } from "zod";
import { chance, named, seconds } from "./values.ts";

const forSeconds = seconds.describe("For how long.");
const likely = (of: string) => chance.default(1).describe(`How likely it is for each ${of}.`);
const actions = z
  .array(z.string().regex(/^[\w*-]+(:[\w*]+)?$/, "expected an action such as ecs:ListTasks, ecs:* or *"))
  .min(1)
  .describe("Actions such as `ecs:ListTasks`; `*` stands for any part of a name.");
const forAWhile = { actions, for_seconds: forSeconds, probability: likely("call") };
const theFunction = z.enum(["deregister", "terminate"]).describe("Which of the functions.");

/** What can go wrong with calls, by the keys of the timeline. */
export const callFaults = {
  deny: z.strictObject(forAWhile).describe("IAM refuses the actions."),
  throttle: z.strictObject(forAWhile).describe("The actions are throttled."),
  other_calls: z
    .strictObject({
      actions,
      for_seconds: forSeconds,
      per_second: z.number().min(0).describe("How many calls of each action a second."),
    })
    .describe("Others in the account call the actions. With `throttling`, they use up AWS's token buckets."),
  fail: z.strictObject(forAWhile).describe("The actions fail with status 500."),
  expire_credentials: z
    .strictObject(forAWhile)
    .describe("The actions are refused because the credentials have expired."),
  lose_answers: z
    .strictObject(forAWhile)
    .describe("The actions take effect, but the answer is lost: the connection breaks, or goes silent."),
  fail_entries: z
    .strictObject({ ...forAWhile, probability: likely("entry") })
    .describe(
      "Single entries of SQS's batches fail, and single container instances whose status is to change.",
    ),
  odd_answers: z
    .strictObject(forAWhile)
    .describe(
      "The actions take effect, and something is odd about the answer. A list or a field is missing, or one of those that were asked about, or a status is one that nobody knows.",
    ),
};

/** What can go wrong with messages and with the functions' invocations, by the keys of the timeline. */
export const otherFaults = {
  lose_notifications: z
    .strictObject({ for_seconds: forSeconds, probability: likely("message") })
    .describe("Messages of hooks are lost on their way."),
  delay_notifications: z
    .strictObject({
      for_seconds: forSeconds,
      by_seconds: seconds.describe("By how much."),
      probability: likely("message"),
    })
    .describe("Messages of hooks are late."),
  lose_messages: z
    .strictObject({ queue: named("the queue"), probability: likely("message") })
    .describe("Messages in a queue are lost, in flight or not, as when somebody purges it."),
  remake_queue: z
    .strictObject({
      queue: named("the queue"),
      after_seconds: z.number().min(60).default(60).describe("When it is there again."),
    })
    .describe(
      "Somebody deletes a queue with all that is in it, and makes it again as it was. What is sent there meanwhile is lost.",
    ),
  kill_invocation: z
    .strictObject({
      function: theFunction,
      at_await: z
        .int()
        .min(1)
        .describe("At which of its awaits: before and after each call, and after each sleep."),
    })
    .describe("The next invocation of a function that reaches this await is killed there."),
  invoke: z.strictObject({ function: theFunction }).describe("One more invocation, beside the schedule."),
  skip_ticks: z
    .strictObject({ function: theFunction, for_seconds: forSeconds })
    .describe("The schedule does not invoke a function."),
  throttle_function: z
    .strictObject({ function: theFunction, for_seconds: forSeconds })
    .describe(
      "Lambda throttles a function: neither its schedule nor its event source mapping gets an invocation. What the mapping has received stays hidden until its visibility timeout is over.",
    ),
  cold_start: z
    .strictObject({
      function: theFunction,
      init_seconds: z
        .number()
        .min(0)
        .max(10)
        .optional()
        .describe(
          "How long the new process takes before the run begins; 0 when not given. Lambda gives it ten seconds.",
        ),
    })
    .describe("Lambda ends a function's processes: the next invocation begins with new clients."),
};
