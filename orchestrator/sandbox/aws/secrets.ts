import type { SecretRead } from "../../checks/aws/reader";
import type { Account, AwsObject } from "./account";
import { AwsError } from "./error";
import { isAllowed } from "./iam";
import { text, type Kind } from "./kind";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
/** The newest line of the account's audit log for one secret and reader. */
const READ = "slipway:cloudtrail/secretRead";
const OPERATION = "Secrets Manager: GetSecretValue";

/** Secrets Manager. */
export const secrets: Readonly<Record<string, Kind>> = {
  [SECRET]: {
    // Six characters of AWS's own end the ARN, so that a deleted name's rights do not fall to the next of that name.
    id: (inputs, account) =>
      account.arn("secretsmanager", `secret:${text(inputs["name"])}-${account.hex("secret", 6)}`),
    unique: true,
    replaceOn: ["name"],
    computed: (_inputs, id) => ({ arn: id }),
    onCreate: (inputs, { account }) => {
      const name = text(inputs["name"]);
      if (secretOf(account, name) !== undefined)
        throw new AwsError(
          `creating Secrets Manager Secret (${name})`,
          "Secrets Manager: CreateSecret",
          "ResourceExistsException",
          `The operation failed because the secret ${name} already exists.`,
        );
    },
    onDelete: (object, { account }) => reads(account, object.id).forEach((read) => account.drop(read)),
  },
  [VERSION]: {
    id: (inputs, account) => `${text(inputs["secretId"])}|${account.hex("version", 32)}`,
    replaceOn: ["secretId"],
    computed: (inputs, id) => ({
      arn: text(inputs["secretId"]),
      versionId: id.slice(id.lastIndexOf("|") + 1),
      versionStages: ["AWSCURRENT"],
    }),
    onCreate: (inputs, { account }) => {
      const secret = text(inputs["secretId"]);
      if (account.get(secret, SECRET) === undefined) throw unknown(`putting Secrets Manager Secret (${secret}) Value`);
    },
  },
};

function unknown(doing: string): AwsError {
  const operation = doing === "" ? OPERATION : "Secrets Manager: PutSecretValue";
  return new AwsError(
    doing || "reading Secrets Manager Secret Value",
    operation,
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret.",
  );
}

function secretOf(account: Account, name: string): AwsObject | undefined {
  return account.all(SECRET).find((secret) => secret.inputs["name"] === name || secret.id === name);
}
function reads(account: Account, secret: string): AwsObject[] {
  return account.all(READ).filter((read) => read.inputs["arn"] === secret);
}

/** Reads one secret as a role, as Secrets Manager would let it, and leaves a line in the audit log. */
export function readSecret(account: Account, { roleArn, name }: { roleArn: string; name: string }): string {
  const secret = secretOf(account, name);
  const keep = (error?: AwsError): void => {
    const arn = secret?.id ?? name;
    account.put({
      id: `${roleArn}|${arn}`,
      type: READ,
      urn: "",
      inputs: {
        arn,
        secret: name,
        reader: roleArn,
        ...(error && { error: error.code }),
      },
      outputs: {},
    });
  };
  const may = (action: string, resource: string) => {
    if (isAllowed({ account }, roleArn, action, resource)) return;
    const error = new AwsError(
      `reading Secrets Manager Secret (${name}) Value`,
      OPERATION,
      "AccessDeniedException",
      `User: ${roleArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    );
    keep(error);
    throw error;
  };
  may("secretsmanager:GetSecretValue", secret?.id ?? account.arn("secretsmanager", `secret:${name}`));
  const version = account.all(VERSION).find((one) => one.inputs["secretId"] === secret?.id);
  if (secret === undefined || version === undefined) {
    const error = unknown("");
    keep(error);
    throw error;
  }
  const key = text(secret.inputs["kmsKeyId"]);
  if (key !== "") may("kms:Decrypt", key);
  keep();
  return text(version.inputs["secretString"]);
}

/** The audit log's lines on reads of secrets. */
export function secretReads(account: Account): SecretRead[] {
  return account.all(READ).map(({ inputs }) => ({
    secret: text(inputs["secret"]),
    reader: text(inputs["reader"]),
    ...(inputs["error"] === undefined ? {} : { error: text(inputs["error"]) }),
  }));
}
