// A stack for a group of its own settings and one without: `npx cdk deploy --app "npx tsx app.ts"`.

import { AsgDrain } from "asg-drain-cdk";
import { App, CliCredentialsStackSynthesizer, Stack } from "aws-cdk-lib";

const app = new App({ analyticsReporting: false });
const stack = new Stack(app, "asg-drain-live", {
  // The template and the zips go into a bucket of yours, so nothing need be bootstrapped.
  synthesizer: new CliCredentialsStackSynthesizer({
    fileAssetsBucketName: process.env.CODE_BUCKET ?? "my-bucket",
  }),
  tags: { team: "web" },
});

new AsgDrain(stack, "Drain", {
  clusterNames: ["web"],
  dryRun: true,
  groups: [
    "web-a",
    { name: "payments-a", heartbeatTimeoutSeconds: 900, clusterName: "payments", onTimeout: "leave" },
  ],
});
