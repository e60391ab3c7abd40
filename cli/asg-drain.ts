#!/usr/bin/env node
import { Command } from "commander";
import { VERSION } from "../shared/base/version.ts";
import { allowClosedPipes } from "./closed-pipes.ts";
import { endUsage } from "./usage.ts";

allowClosedPipes();
// The SDK warns of the Node that it runs on. The package says which ones it runs on.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** The commands, with what each is for. Each reads its own options, as it does under npm. */
const COMMANDS = {
  status: {
    does: "shows each termination that a hook of yours holds: what it waits for, and how long it has",
    run: () => import("./status.ts"),
  },
  explain: {
    does: "explains what an instance waits for, or why nobody drains it",
    run: () => import("./explain.ts"),
  },
  doctor: {
    does: "checks how everything is deployed, and says how to mend what is wrong",
    run: () => import("./doctor.ts"),
  },
  run: {
    does: "drains what the hooks of your groups hold, from a task or a container in place of Lambda",
    run: () => import("./run.ts"),
  },
  start: {
    does: "plays a scenario: the functions themselves, over a simulated AWS, in virtual time",
    run: () => import("./start.ts"),
  },
  report: {
    does: "makes one HTML page of a simulation, of a judged report, or of the functions' logs",
    run: () => import("./report-page.ts"),
  },
  simulator: {
    does: "serves the simulated AWS on 127.0.0.1, for any SDK",
    run: () => import("./simulator.ts"),
  },
} as const;

const program = new Command("asg-drain")
  .description("Drains EC2 instances of traffic and ECS tasks before Auto Scaling terminates them.")
  .version(VERSION)
  .exitOverride(endUsage);
for (const [name, { does, run }] of Object.entries(COMMANDS)) {
  program
    .command(name)
    .description(does)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      // What is left of the command line is the command's own.
      process.argv.splice(2, 1);
      await run();
    });
}
await program.parseAsync();
