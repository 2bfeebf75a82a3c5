import { AwsError } from "./error";
import { list, text, type Kind, type Surroundings } from "./kind";

const SUBNETS = "aws:rds/subnetGroup:SubnetGroup";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";
const INSTANCE = "aws:rds/instance:Instance";

const named = (resource: string, more: Partial<Kind> = {}): Kind => ({
  id: (inputs) => text(inputs["name"]),
  unique: true,
  replaceOn: ["name"],
  computed: (_inputs, id, account) => ({ arn: account.arn("rds", `${resource}:${id}`) }),
  ...more,
});

function refused(identifier: string, code: string, message: string): never {
  throw new AwsError(`creating RDS DB Instance (${identifier})`, "RDS: CreateDBInstance", code, message);
}

/** What RDS asks for before it makes an instance. */
function requireParts(inputs: Readonly<Record<string, unknown>>, { account }: Surroundings): void {
  const identifier = text(inputs["identifier"]);
  const subnets = text(inputs["dbSubnetGroupName"]);
  const group = account.get(subnets, SUBNETS);
  if (group === undefined)
    refused(identifier, "DBSubnetGroupNotFoundFault", `DB subnet group '${subnets}' does not exist.`);
  const parameters = account.get(text(inputs["parameterGroupName"]), PARAMETERS);
  if (parameters === undefined)
    refused(
      identifier,
      "DBParameterGroupNotFound",
      `DBParameterGroup not found: ${text(inputs["parameterGroupName"])}`,
    );
  const zones = new Set(
    list(group.inputs["subnetIds"]).map(
      (id) => account.get(text(id), "aws:ec2/subnet:Subnet")?.inputs["availabilityZone"],
    ),
  );
  if (inputs["multiAz"] === true && zones.size < 2)
    refused(
      identifier,
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement.",
    );
  if (inputs["storageType"] === "gp3" && Number(inputs["allocatedStorage"]) < 20)
    refused(
      identifier,
      "InvalidParameterCombination",
      "Invalid storage size for engine name postgres and storage type gp3: 10",
    );
}

/** RDS, as far as one instance of Postgres goes. */
export const rds: Readonly<Record<string, Kind>> = {
  [SUBNETS]: named("subgrp"),
  [PARAMETERS]: named("pg", { replaceOn: ["name", "family"] }),
  [INSTANCE]: {
    id: (_inputs, account) => `db-${account.hex("rds", 26).toUpperCase()}`,
    unique: true,
    replaceOn: ["identifier", "dbName", "username", "kmsKeyId", "storageEncrypted", "dbSubnetGroupName"],
    computed: (inputs, id, account) => {
      const identifier = text(inputs["identifier"]);
      const address = `${identifier}.${account.hex("endpoint", 12)}.${account.region}.rds.amazonaws.com`;
      return {
        arn: account.arn("rds", `db:${identifier}`),
        address,
        endpoint: `${address}:5432`,
        port: 5432,
        resourceId: id,
        status: "available",
        ...(inputs["manageMasterUserPassword"] === true && {
          masterUserSecrets: [
            {
              secretArn: account.arn("secretsmanager", `secret:rds!${id.toLowerCase()}`),
              kmsKeyId: text(inputs["masterUserSecretKmsKeyId"]),
              secretStatus: "active",
            },
          ],
        }),
      };
    },
    onCreate: requireParts,
    onDelete: (object) => {
      if (object.inputs["deletionProtection"] === true)
        throw new AwsError(
          `deleting RDS DB Instance (${text(object.inputs["identifier"])})`,
          "RDS: DeleteDBInstance",
          "InvalidParameterCombination",
          "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        );
    },
  },
};
