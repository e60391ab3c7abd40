// Writes the pages of docs/ that are made from the code, or, with --check, says which of them are stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { doctorSchema } from "../../cli/operator/doctor/report.ts";
import { explanationSchema } from "../../cli/operator/explain.ts";
import { statusSchema } from "../../cli/operator/status.ts";
import { reportSchema } from "../../cli/report.ts";
import { architecturePage } from "./architecture/page.ts";
import { attacksPage } from "./attacks-page.ts";
import { cdkSettings } from "./cdk-settings.ts";
import { costsPage } from "./costs-page.ts";
import { deploymentPage } from "./deployment-page.ts";
import { doctorPage } from "./doctor-page.ts";
import { drainPicture } from "./drain-picture.ts";
import { eventSchema } from "./events.ts";
import { eventsPage } from "./events-page.ts";
import { inputsPage } from "./inputs-page.ts";
import { lifecycleStatesPage } from "./lifecycle-states-page.ts";
import { logLinesPage } from "./log-lines-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { oddAnswersPage } from "./odd-answers-page.ts";
import { operatorPage } from "./operator-page.ts";
import { otherToolsPage } from "./other-tools-page.ts";
import { performancePage } from "./performance-page.ts";
import { permissionsPage } from "./permissions-page.ts";
import { plantedBugsPage } from "./planted-bugs-page.ts";
import { queriesPage } from "./queries-page.ts";
import { readmePage } from "./readme-page.ts";
import { scenariosPage } from "./scenarios-page.ts";
import { operationsPage } from "./simulator-page.ts";
import { terraformVariables } from "./terraform-variables.ts";

allowClosedPipes();

const pages: Record<string, string> = {
  "dev/architecture.md": architecturePage(),
  "dev/attacks.md": attacksPage(),
  "costs.md": costsPage(),
  "deployment.md": deploymentPage(),
  "../deploy/cdk/lib/settings.ts": cdkSettings(),
  "../deploy/terraform/variables.tf": terraformVariables(),
  "doctor.md": await doctorPage(),
  "doctor.schema.json": `${JSON.stringify(z.toJSONSchema(doctorSchema), null, 2)}\n`,
  "drain.svg": await drainPicture(),
  "events.md": eventsPage(),
  "event.schema.json": `${JSON.stringify(z.toJSONSchema(eventSchema), null, 2)}\n`,
  "inputs.md": inputsPage(),
  "lifecycle-states.md": lifecycleStatesPage(),
  "log-lines.md": logLinesPage(),
  "explain.schema.json": `${JSON.stringify(z.toJSONSchema(explanationSchema), null, 2)}\n`,
  "status.schema.json": `${JSON.stringify(z.toJSONSchema(statusSchema), null, 2)}\n`,
  "operator.md": await operatorPage(),
  "other-tools.md": otherToolsPage(),
  "performance.md": performancePage(),
  "permissions.md": await permissionsPage(),
  "../README.md": readmePage(),
  "metrics.md": metricsPage(),
  "queries.md": queriesPage(),
  "dev/odd-answers.md": oddAnswersPage(),
  "dev/planted-bugs.md": plantedBugsPage(),
  "report.schema.json": `${JSON.stringify(z.toJSONSchema(reportSchema), null, 2)}\n`,
  "scenarios.md": scenariosPage(),
  "simulator-operations.md": operationsPage(),
};

const check = process.argv.includes("--check");
for (const [name, text] of Object.entries(pages)) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (!check) {
    writeFileSync(path, text);
    continue;
  }
  if (read(path) === text) continue;
  process.stderr.write(`docs/${name} is stale: run npm run docs\n`);
  process.exitCode = 1;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
