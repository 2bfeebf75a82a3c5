import { EKSClient } from "@aws-sdk/client-eks";
import { expect } from "chai";
import { eksReader } from "../../../../orchestrator/checks/aws/eks";
import { sdkError, settings, useClient } from "./fixture";

describe("the control planes of a real account", () => {
  const aws = useClient(EKSClient);
  const reader = () => eksReader(settings);

  it("lists versions in standard support, the newest first by number, over all pages [A2.1]", async () => {
    aws.answer({
      DescribeClusterVersionsCommand: ({ nextToken }: { nextToken?: string }) =>
        nextToken === undefined
          ? { clusterVersions: [{ clusterVersion: "1.9" }, { clusterVersion: "1.36" }], nextToken: "more" }
          : { clusterVersions: [{ clusterVersion: "1.100" }] },
    });
    expect(await reader().kubernetesVersions()).to.deep.equal(["1.100", "1.36", "1.9"]);
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([
      { versionStatus: "STANDARD_SUPPORT", nextToken: undefined },
      { versionStatus: "STANDARD_SUPPORT", nextToken: "more" },
    ]);
  });
  it("reads all of a cluster that checks judge [A2.2, A2.6]", async () => {
    aws.answer({
      DescribeClusterCommand: () => ({
        cluster: {
          status: "ACTIVE",
          version: "1.36",
          endpoint: "https://x",
          roleArn: "arn:role",
          resourcesVpcConfig: {
            endpointPublicAccess: true,
            endpointPrivateAccess: true,
            publicAccessCidrs: ["192.0.2.0/24"],
            subnetIds: ["subnet-1"],
          },
          logging: {
            clusterLogging: [
              { enabled: true, types: ["api", "audit"] },
              { enabled: false, types: ["scheduler"] },
            ],
          },
          encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: "arn:key" } }],
          accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
          upgradePolicy: { supportType: "STANDARD" },
          deletionProtection: true,
          tags: { environment: "dev" },
          health: { issues: [{ code: "Ec2SubnetNotFound", message: "gone" }] },
        },
      }),
    });
    expect(await reader().cluster("slipway-dev")).to.deep.equal({
      name: "slipway-dev",
      status: "ACTIVE",
      version: "1.36",
      endpoint: "https://x",
      publicEndpoint: true,
      publicAccessCidrs: ["192.0.2.0/24"],
      privateEndpoint: true,
      subnetIds: ["subnet-1"],
      roleArn: "arn:role",
      logTypes: ["api", "audit"],
      secretsKeyArn: "arn:key",
      authenticationMode: "API",
      creatorIsAdmin: false,
      supportType: "STANDARD",
      deletionProtection: true,
      tags: { environment: "dev" },
      healthIssues: [{ code: "Ec2SubnetNotFound", message: "gone" }],
    });
    expect(aws.asked[0]?.input).to.deep.equal({ name: "slipway-dev" });
  });
  it("reads no encryption into a cluster that has none for secrets", async () => {
    aws.answer({
      DescribeClusterCommand: () => ({
        cluster: { encryptionConfig: [{ resources: ["other"], provider: { keyArn: "arn:key" } }] },
      }),
    });
    expect(await reader().cluster("slipway-dev")).to.not.have.property("secretsKeyArn");
  });
  it("knows a cluster that is not there from one it may not see", async () => {
    aws.answer({ DescribeClusterCommand: () => Promise.reject(sdkError("ResourceNotFoundException")) });
    expect(await reader().cluster("none")).to.equal(undefined);
    aws.answer({ DescribeClusterCommand: () => Promise.reject(sdkError("AccessDeniedException")) });
    const error = await reader()
      .cluster("hidden")
      .catch((reason: Error) => reason);
    expect(error).to.have.property("name", "AccessDeniedException");
  });
  it("asks for each node group of every page by its name [A3.5]", async () => {
    aws.answer({
      ListNodegroupsCommand: ({ nextToken }: { nextToken?: string }) =>
        nextToken === undefined ? { nodegroups: ["system"], nextToken: "more" } : { nodegroups: ["gpu"] },
      DescribeNodegroupCommand: ({ nodegroupName }: { nodegroupName: string }) => ({
        nodegroup: {
          status: nodegroupName === "gpu" ? "DEGRADED" : "ACTIVE",
          subnets: ["subnet-1"],
          scalingConfig: { desiredSize: 3 },
          health: nodegroupName === "gpu" ? { issues: [{ code: "NodeCreationFailure", message: "no" }] } : {},
        },
      }),
    });
    expect(await reader().nodeGroups("slipway-dev")).to.deep.equal([
      { name: "system", status: "ACTIVE", subnetIds: ["subnet-1"], desired: 3, healthIssues: [] },
      {
        name: "gpu",
        status: "DEGRADED",
        subnetIds: ["subnet-1"],
        desired: 3,
        healthIssues: [{ code: "NodeCreationFailure", message: "no" }],
      },
    ]);
    expect(aws.asked.filter(({ command }) => command.startsWith("Describe")).map(({ input }) => input)).to.deep.equal([
      { clusterName: "slipway-dev", nodegroupName: "system" },
      { clusterName: "slipway-dev", nodegroupName: "gpu" },
    ]);
  });
  it("keeps insights that pass to itself", async () => {
    aws.answer({
      ListInsightsCommand: () => ({
        insights: [
          { name: "fine", insightStatus: { status: "PASSING", reason: "" } },
          { name: "old API", insightStatus: { status: "ERROR", reason: "in use" } },
          { name: "odd" },
        ],
      }),
    });
    expect(await reader().clusterInsights("slipway-dev")).to.deep.equal([
      { name: "old API", status: "ERROR", reason: "in use" },
      { name: "odd", status: "", reason: "" },
    ]);
  });
  it("asks for the role of each Pod Identity association, which the list leaves out [A2.5]", async () => {
    aws.answer({
      ListPodIdentityAssociationsCommand: () => ({
        associations: [{ associationId: "a-1", namespace: "external-dns", serviceAccount: "external-dns" }],
      }),
      DescribePodIdentityAssociationCommand: () => ({ association: { roleArn: "arn:role" } }),
    });
    expect(await reader().podIdentityAssociations("slipway-dev")).to.deep.equal([
      { namespace: "external-dns", serviceAccount: "external-dns", roleArn: "arn:role" },
    ]);
    expect(aws.asked[1]?.input).to.deep.equal({ clusterName: "slipway-dev", associationId: "a-1" });
  });
});
