import { AwsError } from "./error";
import type { Properties } from "../provider/serve";
import { fields, list, text, type Kind, type Surroundings } from "./kind";

/** Kinds that only keep what they are told, under a name that must be free. */
function named(service: string, resource: string): Kind {
  return {
    id: (inputs) => text(inputs["name"]),
    unique: true,
    replaceOn: ["name"],
    computed: (_inputs, id, account) => ({ arn: account.arn(service, `${resource}${id}`) }),
  };
}

/** Refuses a second object of a type under the same name. */
function free(type: string, what: string, operation: string, code: string) {
  return (inputs: Record<string, unknown>, { account }: Surroundings): void => {
    const name = text(inputs["name"]);
    if (account.get(name, type) !== undefined)
      throw new AwsError(`creating ${what} (${name})`, operation, code, `${what} ${name} already exists`);
  };
}

const exportName = (inputs: Properties): string => text(fields(inputs["export"])["name"]);
function exportBucket(inputs: Properties): unknown {
  const [destination] = list(fields(inputs["export"])["destinationConfigurations"]);
  const [bucket] = list(fields(destination)["s3Destinations"]);
  return fields(bucket)["s3Bucket"];
}
function parsed(value: unknown): unknown {
  try {
    return JSON.parse(text(value)) as unknown;
  } catch {
    return {};
  }
}

export const services: Readonly<Record<string, Kind>> = {
  "aws:amp/workspace:Workspace": {
    id: (_inputs, account) =>
      `ws-${account.hex("workspace", 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")}`,
    computed: (_inputs, id, account) => ({
      arn: account.arn("aps", `workspace/${id}`),
      prometheusEndpoint: `https://aps-workspaces.${account.region}.amazonaws.com/workspaces/${id}/`,
    }),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    ...named("logs", "log-group:"),
    onCreate: free(
      "aws:cloudwatch/logGroup:LogGroup",
      "CloudWatch Logs Log Group",
      "CloudWatch Logs: CreateLogGroup",
      "ResourceAlreadyExistsException",
    ),
  },
  "aws:cloudwatch/eventRule:EventRule": { ...named("events", "rule/") },
  "aws:cloudwatch/eventTarget:EventTarget": {
    id: (inputs, account) => `${text(inputs["rule"])}-terraform-${account.hex(text(inputs["rule"]), 26)}`,
    replaceOn: ["rule"],
    computed: (_inputs, id) => ({ targetId: id }),
  },
  "aws:kms/key:Key": {
    id: (_inputs, account) => account.hex("key", 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5"),
    computed: (_inputs, id, account) => ({ arn: account.arn("kms", `key/${id}`), keyId: id, multiRegion: false }),
  },
  "aws:kms/alias:Alias": {
    id: (inputs) => text(inputs["name"]),
    unique: true,
    replaceOn: ["name"],
    onCreate: free("aws:kms/alias:Alias", "KMS Alias", "KMS: CreateAlias", "AlreadyExistsException"),
    computed: (inputs, id, account) => ({
      arn: account.arn("kms", id),
      targetKeyArn: account.arn("kms", `key/${text(inputs["targetKeyId"])}`),
    }),
  },
  "aws:sqs/queue:Queue": {
    id: (inputs, account) => `https://sqs.${account.region}.amazonaws.com/${account.accountId}/${text(inputs["name"])}`,
    unique: true,
    replaceOn: ["name", "fifoQueue"],
    computed: (inputs, id, account) => ({ arn: account.arn("sqs", text(inputs["name"])), url: id }),
    onCreate: (inputs, { account }) => {
      if (account.all("aws:sqs/queue:Queue").some((queue) => queue.inputs["name"] === inputs["name"]))
        throw new AwsError(
          `creating SQS Queue (${text(inputs["name"])})`,
          "SQS: CreateQueue",
          "QueueAlreadyExists",
          "A queue already exists with the same name and a different value for attribute(s)",
        );
    },
  },
  "aws:sqs/queuePolicy:QueuePolicy": { id: (inputs) => text(inputs["queueUrl"]), replaceOn: ["queueUrl"] },
  "aws:budgets/budget:Budget": {
    id: (inputs, account) => `${account.accountId}:${text(inputs["name"])}`,
    unique: true,
    replaceOn: ["name"],
    computed: (inputs, _id, account) => ({
      arn: account.arn("budgets", `budget/${text(inputs["name"])}`, false),
      accountId: account.accountId,
    }),
  },
  "aws:bcmdata/export:Export": {
    id: (inputs, account) => `arn:aws:bcm-data-exports:us-east-1:${account.accountId}:export/${exportName(inputs)}`,
    computed: (_inputs, id) => ({ arn: id }),
    onCreate: (inputs, { account }) => {
      const bucket = text(exportBucket(inputs));
      // Data Exports tries whether it may write before it takes an export.
      if (bucket !== "" && account.get(bucket, "aws:s3/bucketPolicy:BucketPolicy") === undefined)
        throw new AwsError(
          `creating Cost and Usage Export (${exportName(inputs)})`,
          "BCM Data Exports: CreateExport",
          "ValidationException",
          `S3 bucket permission validation failed for bucket ${bucket}`,
        );
    },
  },
  "aws:scheduler/schedule:Schedule": {
    id: (inputs) => `default/${text(inputs["name"])}`,
    unique: true,
    replaceOn: ["name"],
    computed: (inputs, id, account) => ({
      arn: account.arn("scheduler", `schedule/${id}`),
      groupName: inputs["groupName"] ?? "default",
      state: inputs["state"] ?? "ENABLED",
    }),
  },
  "aws:fis/experimentTemplate:ExperimentTemplate": {
    id: (_inputs, account) => `EXT${account.hex("fis", 17)}`,
  },
  "aws:sfn/stateMachine:StateMachine": {
    id: (inputs, account) => account.arn("states", `stateMachine:${text(inputs["name"])}`),
    unique: true,
    replaceOn: ["name", "type"],
    computed: (inputs, id) => ({ arn: id, status: "ACTIVE", type: inputs["type"] ?? "STANDARD" }),
    onCreate: (inputs) => {
      const states = fields(fields(parsed(inputs["definition"]))["States"]);
      const start = text(fields(parsed(inputs["definition"]))["StartAt"]);
      if (states[start] !== undefined) return;
      throw new AwsError(
        `creating Step Functions State Machine (${text(inputs["name"])})`,
        "SFN: CreateStateMachine",
        "InvalidDefinition",
        `Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: ${start} at /StartAt'`,
      );
    },
  },
  "aws:backup/vault:Vault": {
    ...named("backup", "backup-vault:"),
    onCreate: free("aws:backup/vault:Vault", "Backup Vault", "Backup: CreateBackupVault", "AlreadyExistsException"),
  },
  "aws:backup/plan:Plan": {
    id: (_inputs, account) => account.hex("plan", 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5"),
    computed: (_inputs, id, account) => ({
      arn: account.arn("backup", `backup-plan:${id}`),
      version: account.hex(id, 24),
    }),
  },
  "aws:backup/selection:Selection": {
    id: (_inputs, account) => account.hex("selection", 32),
    replaceOn: ["planId", "name", "iamRoleArn", "selectionTags"],
  },
  "aws:route53/zone:Zone": {
    id: (_inputs, account) => `Z${account.hex("zone", 20).toUpperCase()}`,
    replaceOn: ["name"],
    computed: (_inputs, id) => ({
      zoneId: id,
      arn: `arn:aws:route53:::hostedzone/${id}`,
      nameServers: [1, 2, 3, 4].map((n) => `ns-${n * 111}.awsdns-${n}0.example`),
      primaryNameServer: "ns-111.awsdns-10.example",
    }),
    onDelete: (object, { account }) => {
      const left = account.all("slipway:dns/record").filter((record) => record.inputs["zoneId"] === object.id);
      if (left.length > 0 && object.inputs["forceDestroy"] !== true)
        throw new AwsError(
          `deleting Route53 Hosted Zone (${object.id})`,
          "Route 53: DeleteHostedZone",
          "HostedZoneNotEmpty",
          "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        );
    },
  },
};
