// A stack with a group of its own and two of others: `npx cdk deploy --app "npx tsx app.ts"`.

import { AsgDrain } from "asg-drain-cdk";
import { App, BootstraplessSynthesizer, Stack } from "aws-cdk-lib";

const app = new App({ analyticsReporting: false });
const stack = new Stack(app, "asg-drain-live", {
  // The zips are in a bucket of yours, so nothing need be bootstrapped.
  synthesizer: new BootstraplessSynthesizer(),
  // And the template is short enough to be sent as it is.
  suppressTemplateIndentation: true,
  tags: { team: "web" },
});

new AsgDrain(stack, "Drain", {
  code: { bucket: process.env.CODE_BUCKET ?? "my-bucket" },
  clusterNames: ["web"],
  dryRun: true,
  groups: [
    "web-a",
    { name: "payments-a", heartbeatTimeoutSeconds: 900, clusterName: "payments", onTimeout: "leave" },
  ],
});
