import { expect } from "chai";
import { rdsReader } from "../../../../orchestrator/checks/aws/rds";

const settings = { region: "eu-central-1", maxAttempts: 2 };
const answer = (...DBInstances: object[]) => ({
  status: 200,
  body: { DescribeDBInstancesResponse: { DescribeDBInstancesResult: { DBInstances } } },
});

describe("databases of a real account", () => {
  it("are read as RDS tells of them", async () => {
    const instance = {
      DBInstanceIdentifier: "checkout",
      DBInstanceStatus: "available",
      PubliclyAccessible: false,
      MultiAZ: true,
      StorageEncrypted: true,
      KmsKeyId: "arn:key",
      DeletionProtection: true,
      BackupRetentionPeriod: 35,
      DBSubnetGroup: { Subnets: [{ SubnetIdentifier: "subnet-1" }] },
      VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
      DBParameterGroups: [{ DBParameterGroupName: "checkout", ParameterApplyStatus: "in-sync" }],
      MasterUserSecret: { SecretArn: "arn:secret", SecretStatus: "active" },
    };
    expect(await rdsReader(settings, () => Promise.resolve(answer(instance))).database("checkout")).to.deep.equal({
      identifier: "checkout",
      status: "available",
      public: false,
      multiAz: true,
      keyArn: "arn:key",
      deletionProtection: true,
      backupDays: 35,
      subnetIds: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      parameterGroup: "checkout",
      parametersInSync: true,
      secretArn: "arn:secret",
    });
  });
  it("are absent when RDS says so, and a refusal is an error", async () => {
    const refusing = (status: number, Code: string) =>
      rdsReader(settings, () => Promise.resolve({ status, body: { Error: { Code, Message: "no" } } })).database("x");
    expect(await refusing(404, "DBInstanceNotFound")).to.equal(undefined);
    const denied = await refusing(403, "AccessDenied").catch((error: unknown) => error);
    expect((denied as Error).message).to.equal("RDS DescribeDBInstances: AccessDenied no");
  });
});
