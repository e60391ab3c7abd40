// Makes the templates of a release of the packaged one: of whatever serverless.yml has, so that there is one source.
import { VERSION } from "../../shared/base/version.ts";
import { blockOfEverything, CHOICES, conditions } from "./choices.ts";
import { fill, leftOver, referredTo } from "./fill.ts";
import { HOOK, withHooks, withoutHooks, withSubscriptions } from "./hooks.ts";
import { withInputs } from "./input-text.ts";
import { choose } from "./merge.ts";
import { CODE, isOptional, PARAMETERS, type Parameter } from "./parameters.ts";
import { simplify } from "./simplify.ts";
import { TASK_PARAMETERS, taskTemplate } from "./task.ts";
import { type Branch, joined, type Resource, type Template, type Tree } from "./tree.ts";

/** Packages with a block, and gives the template. */
export type Packager = (block: Readonly<Record<string, unknown>>) => Promise<Template>;
/** The names of the zips in the release, by those that the package has. */
export type ZipNames = Readonly<Record<string, string>>;

/** The template with a hook for each group, the one without hooks for CDK and Terraform, and that of a task in place of the functions. */
export type Templates = { readonly template: Template; readonly core: Template; readonly task: Template };

/** Makes all templates. */
export async function makeTemplates(packager: Packager, zips: ZipNames): Promise<Templates> {
  const everything = blockOfEverything();
  const packaged = async (block: Readonly<Record<string, unknown>>) =>
    withInputs(withCode(await packager(block), zips));
  const all = await packaged(everything);
  let made = all;
  for (const choice of CHOICES)
    made = choose(made, { choice, all, less: await packaged(choice.otherwise(everything)) });
  const filled = fill(withNames(made as Template, everything.stage));
  const subscribed = withSubscriptions(simplify(filled) as Template);
  return {
    template: finish(withHooks(subscribed), ""),
    core: finish(withoutHooks(subscribed), CORE),
    task: finish(taskTemplate(withoutHooks(subscribed)), ""),
  };
}

const CORE = "Without lifecycle hooks: those are made beside it, with its outputs. ";

/** The bucket that Serverless makes, for which a release has a parameter. */
const BUCKET = /^ServerlessDeploymentBucket/;

function withCode(template: Template, zips: ZipNames): Template {
  const resources = Object.entries(template.Resources)
    .filter(([id]) => !BUCKET.test(id))
    .map(([id, resource]) => [id, codeOf(resource, zips)]);
  const outputs = Object.entries(template.Outputs).filter(([name]) => !BUCKET.test(name));
  return { ...template, Resources: Object.fromEntries(resources), Outputs: Object.fromEntries(outputs) };
}

// A zip's name has its hash: CloudFormation updates a function only if its key is another one.
function codeOf(resource: Resource, zips: ZipNames): Resource {
  if (resource.Type !== "AWS::Lambda::Function") return resource;
  const properties = resource.Properties as Record<string, Branch>;
  const zip = zips[String(properties.Code?.S3Key).replace(/^.*\//, "")];
  if (zip === undefined) throw new Error(`no zip for ${JSON.stringify(properties.Code)}`);
  const Code = { S3Bucket: { Ref: "CodeBucket" }, S3Key: joined([{ Ref: "CodeKeyPrefix" }, zip]) };
  return { ...resource, Properties: { ...properties, Code } };
}

// Serverless makes the ids of rules of their names, which have the stage in them.
function withNames(template: Template, stage: string): Template {
  const resources = Object.entries(template.Resources).map(([id, each]) => [id.replace(stage, ""), each]);
  return { ...template, Resources: Object.fromEntries(resources) };
}

function finish(template: Template, about: string): Template {
  const left = leftOver(template);
  if (left.length > 0) throw new Error(`something still stands in for ${left.join(", ")}`);
  const { AWSTemplateFormatVersion, Description, Conditions, ...rest } = template;
  const isCore = !Object.values(template.Resources).some(({ Type }) => Type === HOOK);
  const all = { ...conditions(PARAMETERS), ...(Conditions as Branch | undefined) };
  const text = JSON.stringify(rest);
  const needed = Object.entries(all).filter(([name]) => text.includes(`"${name}"`));
  const used = referredTo([rest, Object.fromEntries(needed)]);
  const parameters = PARAMETERS.filter(({ name }) => used.includes(name));
  const others = Object.entries({ ...CODE, ...TASK_PARAMETERS }).filter(([name]) =>
    text.includes(`{"Ref":"${name}"}`),
  );
  return {
    AWSTemplateFormatVersion: AWSTemplateFormatVersion as Tree,
    Description: `${Description} Version ${VERSION}. ${about}`.trim(),
    Parameters: {
      ...Object.fromEntries(others),
      ...Object.fromEntries(parameters.map((each) => [each.name, parameterText(each, isCore)])),
    },
    Conditions: Object.fromEntries(needed),
    ...rest,
  };
}

function parameterText(parameter: Parameter, isCore: boolean): Branch {
  const { kind, otherwise, description } = parameter;
  const isNumber = kind === "number" && !isOptional(parameter);
  return {
    Type: isNumber ? "Number" : kind === "list" ? "CommaDelimitedList" : "String",
    ...(otherwise === undefined ? {} : { Default: otherwise }),
    Description: isCore && parameter.key === "groups" ? GROUPS_OF_CORE : description,
    ...withWords(parameter, limitsOf(parameter, isNumber)),
  };
}

// CloudFormation then says these words of a wrong value, in place of a pattern.
function withWords({ kind, expected }: Parameter, limits: Branch): Branch {
  if (Object.keys(limits).length === 0) return limits;
  const many =
    kind === "list" ? ", for each item" : kind === "places" ? ", each once, with commas between them" : "";
  return { ...limits, ConstraintDescription: `${expected}${many}` };
}

function limitsOf(parameter: Parameter, isNumber: boolean): Branch {
  const { values, pattern, least, most } = parameter;
  if (values !== undefined) return { AllowedValues: values };
  if (isNumber)
    return {
      ...(least === undefined ? {} : { MinValue: least }),
      ...(most === undefined ? {} : { MaxValue: most }),
    };
  return pattern === undefined ? {} : { AllowedPattern: patternText(parameter, pattern) };
}

const GROUPS_OF_CORE =
  "Auto Scaling groups that have a lifecycle hook of ours, with commas between them. The functions may act on these, and terminate sweeps them.";

function patternText(parameter: Parameter, pattern: string): string {
  return isOptional(parameter) ? `^$|${pattern}` : pattern;
}
