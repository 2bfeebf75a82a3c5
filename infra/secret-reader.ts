import { policyDocument } from "./iam";

/** Reads secrets whose names match an IAM pattern, and decrypts with one key only on behalf of Secrets Manager for one of these. */
export function readerPolicy(keyArn: string, names: string): string {
  const [, , , region = "", account = ""] = keyArn.split(":");
  const these = `arn:aws:secretsmanager:${region}:${account}:secret:${names}`;
  return policyDocument([
    { actions: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], resources: [these] },
    {
      actions: ["kms:Decrypt"],
      resources: [keyArn],
      conditions: {
        StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` },
        StringLike: { "kms:EncryptionContext:SecretARN": these },
      },
    },
  ]);
}
