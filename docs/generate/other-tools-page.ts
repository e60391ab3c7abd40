import { readFileSync } from "node:fs";
import { LEFT_OUT } from "../../deploy/release/choices.ts";
import { isOptional, OF_HOOKS, PARAMETERS, type Parameter } from "../../deploy/release/parameters.ts";
import { SLOTS } from "../../deploy/release/places.ts";
import { VERSION } from "../../shared/base/version.ts";
import { markdownTable } from "./tables.ts";

/** An example as it stands in a file, without what only its own place needs. */
function exampleOf(path: string, language: string): string {
  return `\`\`\`${language}\n${readFileSync(path, "utf8").trimEnd()}\n\`\`\``;
}

/** The page for those who deploy by something else than Serverless. */
export function otherToolsPage(): string {
  return `# Deploying without Serverless

<!-- Made from the parameters of the template by \`npm run docs\`. -->

A release has the same deployment as a CloudFormation template with parameters, and the functions' zips. You need neither Node nor
this repository for it. Everything is made of serverless.yml, so there is one source.

\`npm run release\` makes a release in \`release/\`. The same commit, on the same versions of Node and npm, makes the same files:

| file | what it is |
| --- | --- |
| \`template.json\` | The template, with a lifecycle hook for each of up to ${SLOTS} groups. |
| \`core-….json\` | The template without hooks. You make them beside it, where the groups are made. |
| \`deregister-….zip\`, \`terminate-….zip\`, \`scale-tasks-….zip\` | The functions. Their names have the version and a part of their hash, so that another code is another key in the bucket. |
| \`task.json\` | The template of a task of ECS in place of the functions: [as-a-task.md](as-a-task.md). |
| \`stack-policy.json\` | What the stack must not replace or delete: [Names that change](deployment.md#names-that-change). |
| \`asg-drain-cdk-….tgz\` | The CDK construct. |
| \`asg-drain-terraform-….zip\` | The Terraform module. |
| \`asg-drain-….tgz\` | The npm package. Its program \`asg-drain\` plays scenarios (\`asg-drain start\`) and serves the simulated AWS (\`asg-drain simulator\`). Serverless deploys from it as from this repository, once it is unpacked. |
| \`bom.json\`, \`program-bom.json\` | What the functions are made of, and what the program is, with licences (CycloneDX). |
| \`CHANGES.md\` | What changed in this version. |
| \`SHA256SUMS\` | The sums of all files: \`sha256sum --check SHA256SUMS\`. |

## CloudFormation and the AWS CLI

You need a bucket in the Region of the stack. Two commands in the folder of the release deploy everything:

    aws s3 cp . s3://BUCKET/asg-drain/ --recursive --exclude "*" --include "*.zip" --include "*.json"
    aws cloudformation deploy --stack-name asg-drain-live --template-file template.json \\
      --s3-bucket BUCKET --s3-prefix asg-drain --capabilities CAPABILITY_IAM \\
      --parameter-overrides CodeBucket=BUCKET Groups=web-a,web-b ClusterNames=web DryRun=true

Then protect the queues and the hooks. The second command says what a hook of your own needs:

    aws cloudformation set-stack-policy --stack-name asg-drain-live --stack-policy-body file://stack-policy.json
    aws cloudformation describe-stacks --stack-name asg-drain-live --query "Stacks[0].Outputs"

- **What is wrong** is refused before anything changes: CloudFormation names the parameter and says what it expects. It does not know what a group in
  your account is called, nor how long an input comes to be. Such a stack is rolled back.
- **A second deployment** in the same account and Region needs another \`Stage\`, and other names of queues where you give names. If another stack has
  the name, CloudFormation does not create the queue (\`AlreadyExists\`), and rolls the new stack back. That is so with each tool here.
- **To change a setting**, run the second command with that parameter alone. All others keep their values.
- **To upgrade**, run both commands in the folder of the new release. **To go back**, run them in the folder of the old one.
- **To add a group**, add its name at the end of \`Groups\`. Each place in the list has its hook. If the names move to other places, their hooks
  are replaced, and the stack's policy refuses that.
- **To take a group out**, leave its place empty: \`Groups=web-a,,web-c\`. Its hook is deleted, which releases what it holds. So wait until it
  holds nothing, and put another stack policy ([Names that change](deployment.md#names-that-change)).
- **To remove it**, wait until nothing is held. CloudFormation does not ask: see [Removing it](deployment.md#removing-it). Then:

      aws cloudformation delete-stack --stack-name asg-drain-live

More than ${SLOTS} groups, and settings for each group, need hooks of their own: take \`core-….json\`.

## CDK

The construct is an npm package with the core template and the zips in it. It makes a hook for each group:

    npm install ./asg-drain-cdk-${VERSION}.tgz

${exampleOf("deploy/cdk/example/app.ts", "ts")}

- The settings are the parameters below, in camelCase. A group may have its own, and its hook carries them.
- **With a group more**, add it and deploy again. **To upgrade**, install the package of the new release, and deploy. To go back, install the old one.
- In a bootstrapped account, leave the \`synthesizer\` out. If the zips are in a bucket already, as above, name it: \`code: { bucket: "BUCKET" }\`.
- A template of up to 51,200 bytes could go without a bucket. With about 20 groups it is longer.
- A group of the same stack has a name that is not known yet. Give its hook an \`id\`: \`{ id: "Web", name: group.autoScalingGroupName }\`.
- The values are put in when the stack is synthesised, so lists and numbers must be known then. Names of groups need not be.
- What is wrong is refused when the stack is synthesised: an unknown key, a wrong value, a group twice, and what is too long for AWS. So are two
  constructs of one app that make the same queue or function. A text that is only known when the stack is deployed is not checked.
- A hook has the name of its group in its id, so the order of the list means nothing.

CDK has no setting for a stack's policy. Set it once, after the first deployment: it stays when you deploy again.

    aws cloudformation set-stack-policy --stack-name asg-drain-live \\
      --stack-policy-body file://node_modules/asg-drain-cdk/files/stack-policy.json

It protects all queues and hooks of the stack, also those that you add to it yourself.

## Terraform

The module makes the stack of the core template by \`aws_cloudformation_stack\`, and a hook for each group by \`aws_autoscaling_lifecycle_hook\`.
The groups may be of any stack or state. Put the files into the bucket as above, and unpack the module:

    mkdir -p modules
    unzip asg-drain-terraform-${VERSION}.zip -d modules/asg-drain

\`\`\`hcl
module "asg_drain" {
  source        = "./modules/asg-drain"
  region        = "us-east-1"
  code_bucket   = "BUCKET"
  cluster_names = ["web"]
  dry_run       = true
  groups = {
    web-a    = {}
    payments = { name = aws_autoscaling_group.payments.name, heartbeat_timeout_seconds = 900, cluster_name = "payments" }
  }
}
\`\`\`

- Its variables are the parameters below, under the names that the block and the inputs have for them (\`drain_timeout_seconds\`).
- What is wrong in them is refused when Terraform plans, with the key, what was expected and what was found. What is only known when it applies is
  checked then, before the stack is made.
- The module sets the stack's policy (\`policy_body\`). Before you take a group out, or destroy the stack, wait until it holds nothing: Terraform does not ask.
- **Not tried**: the module was validated and tested against a stand-in for the AWS provider, with the schemas of version 6.66.0. It has not
  been applied with the real one.

## Many accounts and Regions

A StackSet makes the same stack in each. Lambda takes code only from a bucket of its own Region, so each Region needs one. All accounts must be
allowed to read them (\`s3:GetObject\`). With buckets that have the Region in their names:

    aws s3 cp . s3://BUCKET-us-east-1/asg-drain/ --recursive --exclude "*" --include "*.zip" --include "*.json"
    aws s3 cp . s3://BUCKET-eu-west-1/asg-drain/ --recursive --exclude "*" --include "*.zip" --include "*.json"
    aws cloudformation create-stack-set --stack-set-name asg-drain --capabilities CAPABILITY_IAM \\
      --template-url https://BUCKET-us-east-1.s3.us-east-1.amazonaws.com/asg-drain/template.json \\
      --parameters ParameterKey=CodeBucket,ParameterValue=BUCKET-us-east-1 \\
      'ParameterKey=Groups,ParameterValue="web-a,web-b"' ParameterKey=ClusterNames,ParameterValue=web \\
      ParameterKey=DryRun,ParameterValue=true
    aws cloudformation create-stack-instances --stack-set-name asg-drain --regions us-east-1 \\
      --accounts 111111111111 222222222222 333333333333
    aws cloudformation create-stack-instances --stack-set-name asg-drain --regions eu-west-1 \\
      --accounts 111111111111 222222222222 333333333333 \\
      --parameter-overrides ParameterKey=CodeBucket,ParameterValue=BUCKET-eu-west-1

- An account whose groups have other names needs \`--parameter-overrides\` for \`Groups\`, too. Or let its groups carry the tag of \`GroupTagValue\`, and
  make their hooks beside them.
- With an organization, add \`--permission-model SERVICE_MANAGED\` and \`--auto-deployment\`, and name organizational units in place of accounts.
- A StackSet sets no stack policy. Set it by the command [above](#cloudformation-and-the-aws-cli) in each account and Region.

To change a setting in all accounts, name it with its new value, and all others that you have given with \`UsePreviousValue\`. What you do not name
has its default again:

    aws cloudformation update-stack-set --stack-set-name asg-drain --capabilities CAPABILITY_IAM --use-previous-template \\
      --parameters ParameterKey=DryRun,ParameterValue=false ParameterKey=CodeBucket,UsePreviousValue=true \\
      ParameterKey=Groups,UsePreviousValue=true ParameterKey=ClusterNames,UsePreviousValue=true

To upgrade, put the new files into the buckets. Then run the same command with \`--template-url\` in place of \`--use-previous-template\`, and with
\`UsePreviousValue\` for all parameters.

To remove it, wait until no account has an instance that a hook holds. Then:

    aws cloudformation delete-stack-instances --stack-set-name asg-drain --no-retain-stacks --regions us-east-1 eu-west-1 \\
      --accounts 111111111111 222222222222 333333333333
    aws cloudformation delete-stack-set --stack-set-name asg-drain

## A hook of your own

\`core-….json\` has \`Groups\` too: there it is who the functions may act on, and whom terminate sweeps. With it, or for a group that another stack
makes, this is the hook. The two ARNs are outputs of the stack:

    aws autoscaling put-lifecycle-hook --auto-scaling-group-name GROUP --lifecycle-hook-name asg-drain-live \\
      --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 3600 --default-result CONTINUE \\
      --notification-target-arn QUEUE-ARN --role-arn ROLE-ARN

What the hook's role and the others may do is in [permissions.md](permissions.md). Its \`--notification-metadata\` may have [settings of its own](inputs.md#settings-of-a-hooks-own).

## The parameters

What they mean is what the keys of the [block](deployment.md#the-keys-of-the-block) and of the [inputs](inputs.md) mean. A list has commas between
its items. In \`core-….json\` there is no ${OF_HOOKS.map((name) => `\`${name}\``).join(" and no ")}.

${parametersTable()}

What the block can and the template cannot:

${markdownTable(
  ["key", "why"],
  Object.entries(LEFT_OUT).map(([key, why]) => [`\`${key}\``, why]),
)}

- The template cannot check the parameters against each other, as \`serverless\` does with the block. Put it into a change set, and read that.
- The roles' policies name groups and clusters with stars for the partition, the Region and the account. A condition holds them to the stack's
  Region, and a role's own policy never reaches another account.
`;
}

function parametersTable(): string {
  return markdownTable(
    ["parameter", "if nobody says otherwise", "meaning"],
    [
      ["`CodeBucket`", "needed", "The bucket with the zips."],
      ["`CodeKeyPrefix`", "`asg-drain/`", "What stands before the zips' names in the bucket."],
      ...PARAMETERS.map((each) => [`\`${each.name}\``, otherwiseText(each), meaning(each)]),
    ],
  );
}

function otherwiseText(parameter: Parameter): string {
  return isOptional(parameter) ? "" : `\`${parameter.otherwise}\``;
}

function meaning({ description, values }: Parameter): string {
  const allowed = values?.filter((each) => each !== "").map((each) => `\`${each}\``);
  return allowed === undefined ? description : `${allowed.join(", ")}. ${description}`;
}
