import { AwsError } from "./error";
import { text, type Kind, type Surroundings } from "./kind";

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
