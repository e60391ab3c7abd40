// Fuzzes in a thread of its own, so that the command can see it hang.
import { parentPort, workerData } from "node:worker_threads";
import { fuzz, type Plan } from "./fuzz.ts";

const { plan, begun } = workerData as { plan: Plan; begun: Int32Array };
const report = fuzz(plan, () => {
  Atomics.add(begun, 0, 1);
});
parentPort?.postMessage(report);
