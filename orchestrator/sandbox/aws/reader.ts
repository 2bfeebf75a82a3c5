import type * as reader from "../../checks/aws/reader";
import type { Account, AwsObject } from "./account";
import { quotas } from "./ec2";
import { offeredVersions } from "./eks";
import { trustedServices } from "./iam";
import { fields, list, text } from "./kind";
import { describeBucket } from "./s3";
import { secretReads } from "./secrets";
import { tagsOf } from "./provider";

/** The rehearsal account as checks read it; what the platform's controllers made is there too. */
export function rehearsalReader(account: Account): reader.AwsReader {
  const of = (type: string, vpcId?: string): AwsObject[] =>
    account.all(type).filter((object) => vpcId === undefined || object.inputs["vpcId"] === vpcId);
  const strings = (value: unknown): string[] => list(value).map(text);
  const settled = <T>(value: T): Promise<T> => Promise.resolve(value);
  return {
    identity: () =>
      settled({
        account: account.accountId,
        arn: account.callerArn.replace(":iam:", ":sts:").replace(/:role\/(.*\/)?/, ":assumed-role/") + "/rehearsal",
      }),
    availabilityZones: () => settled([...account.zones]),
    // 1.34 is still offered, but not as a start: it leaves standard support within weeks.
    kubernetesVersions: () => settled(offeredVersions),
    vpc: (id) => {
      const vpc = account.get(id, "aws:ec2/vpc:Vpc");
      return settled(vpc && { id, cidr: text(vpc.inputs["cidrBlock"]), tags: tagsOf(vpc) });
    },
    subnets: (vpcId) =>
      settled(
        of("aws:ec2/subnet:Subnet", vpcId).map((subnet) => ({
          id: subnet.id,
          zone: text(subnet.inputs["availabilityZone"]),
          cidr: text(subnet.inputs["cidrBlock"]),
          tags: tagsOf(subnet),
          freeAddresses: freeAddresses(text(subnet.inputs["cidrBlock"])),
        })),
      ),
    routeTables: (vpcId) =>
      settled([
        mainTable(account, vpcId),
        ...of("aws:ec2/routeTable:RouteTable", vpcId).map((table) => routeTable(account, table)),
      ]),
    natGateways: (vpcId) => {
      const subnets = new Set(of("aws:ec2/subnet:Subnet", vpcId).map((subnet) => subnet.id));
      return settled(
        of("aws:ec2/natGateway:NatGateway")
          .filter((nat) => subnets.has(text(nat.inputs["subnetId"])))
          .map((nat) => ({ id: nat.id, subnetId: text(nat.inputs["subnetId"]), state: "available" })),
      );
    },
    // Nothing in a rehearsal leaves a volume behind by itself; what a test puts there is found.
    unattachedVolumes: () =>
      settled(
        of("slipway:ec2/volume")
          .filter(({ inputs }) => inputs["attachedTo"] === undefined)
          .map((volume) => ({ id: volume.id, gib: Number(volume.inputs["size"] ?? 0), tags: tagsOf(volume) })),
      ),
    unassociatedAddresses: () => {
      const users = new Set(of("aws:ec2/natGateway:NatGateway").map(({ inputs }) => text(inputs["allocationId"])));
      return settled(
        of("aws:ec2/eip:Eip")
          .filter(({ id, inputs }) => !users.has(id) && text(inputs["instance"]) === "")
          .map((one) => ({ id: one.id, address: text(one.outputs["publicIp"]), tags: tagsOf(one) })),
      );
    },
    role: (name) => {
      const role = account.get(name, "aws:iam/role:Role");
      const attachedPolicyArns = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter((one) => one.inputs["role"] === name)
        .map((one) => text(one.inputs["policyArn"]));
      return settled(
        role && {
          name,
          arn: text(role.outputs["arn"]),
          trustedServices: trustedServices(text(role.inputs["assumeRolePolicy"])),
          attachedPolicyArns,
        },
      );
    },
    cluster: (name) => {
      const cluster = account.get(name, "aws:eks/cluster:Cluster");
      return settled(cluster && describeCluster(cluster));
    },
    nodeGroups: (cluster) =>
      settled(
        of("aws:eks/nodeGroup:NodeGroup")
          .filter((group) => group.inputs["clusterName"] === cluster)
          .map((group) => ({
            name: text(group.inputs["nodeGroupName"]),
            status: "ACTIVE",
            subnetIds: strings(group.inputs["subnetIds"]),
            desired: Number(fields(group.inputs["scalingConfig"])["desiredSize"] ?? 0),
            healthIssues: [],
          })),
      ),
    clusterInsights: () => settled([]),
    podIdentityAssociations: (cluster) =>
      settled(
        of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
          .filter((one) => one.inputs["clusterName"] === cluster)
          .map((one) => ({
            namespace: text(one.inputs["namespace"]),
            serviceAccount: text(one.inputs["serviceAccount"]),
            roleArn: text(one.inputs["roleArn"]),
          })),
      ),
    loadBalancers: () =>
      settled(
        of("slipway:elb/balancer").map((one) => ({
          arn: one.id,
          name: text(one.inputs["name"]),
          dnsName: text(one.outputs["dnsName"]),
          scheme: text(one.inputs["scheme"]),
          state: "active",
          vpcId: text(one.inputs["vpcId"]),
          tags: tagsOf(one),
        })),
      ),
    bucket: (name) => settled(describeBucket(account, name)),
    database: (identifier) => {
      const found = of("aws:rds/instance:Instance").find((one) => one.inputs["identifier"] === identifier);
      return settled(found && describeDatabase(account, found));
    },
    dnsRecords: (zoneId) =>
      settled(
        of("slipway:dns/record")
          .filter((one) => one.inputs["zoneId"] === zoneId)
          .map((one) => ({
            name: text(one.inputs["name"]),
            type: text(one.inputs["type"]),
            values: strings(one.inputs["values"]),
          })),
      ),
    secretReads: () => settled(secretReads(account)),
    quota: (service, code) =>
      settled(
        service === "elasticloadbalancing" && code === "L-69A177A2"
          ? 50
          : service === "vpc" && code === "L-F678F1CE"
            ? quotas.vpcs
            : service === "ec2" && code === "L-1216C47A"
              ? quotas.vcpus
              : undefined,
      ),
    tagged: (key, value) =>
      settled(
        account
          .all()
          .filter((object) => tagsOf(object)[key] === value)
          .map((object) => ({ arn: text(object.outputs["arn"]) || object.id, tags: tagsOf(object) })),
      ),
  };
}

function describeCluster(cluster: AwsObject): reader.Cluster {
  const vpc = fields(cluster.inputs["vpcConfig"]);
  const encryption = fields(fields(cluster.inputs["encryptionConfig"])["provider"])["keyArn"];
  return {
    name: cluster.id,
    status: text(cluster.outputs["status"]) || "CREATING",
    version: text(cluster.inputs["version"]),
    endpoint: text(cluster.outputs["endpoint"]),
    publicEndpoint: vpc["endpointPublicAccess"] !== false,
    publicAccessCidrs: list(vpc["publicAccessCidrs"]).map(text),
    privateEndpoint: vpc["endpointPrivateAccess"] === true,
    subnetIds: list(vpc["subnetIds"]).map(text),
    roleArn: text(cluster.inputs["roleArn"]),
    logTypes: list(cluster.inputs["enabledClusterLogTypes"]).map(text),
    ...(encryption === undefined ? {} : { secretsKeyArn: text(encryption) }),
    authenticationMode: text(fields(cluster.inputs["accessConfig"])["authenticationMode"]),
    creatorIsAdmin: fields(cluster.inputs["accessConfig"])["bootstrapClusterCreatorAdminPermissions"] !== false,
    supportType: text(fields(cluster.inputs["upgradePolicy"])["supportType"]) || "EXTENDED",
    deletionProtection: cluster.inputs["deletionProtection"] === true,
    tags: tagsOf(cluster),
    healthIssues: [],
  };
}

function describeDatabase(account: Account, { inputs, outputs }: AwsObject): reader.Database {
  const group = account.get(text(inputs["dbSubnetGroupName"]), "aws:rds/subnetGroup:SubnetGroup");
  const secret = text(fields(list(outputs["masterUserSecrets"])[0])["secretArn"]);
  return {
    identifier: text(inputs["identifier"]),
    status: text(outputs["status"]),
    public: inputs["publiclyAccessible"] === true,
    multiAz: inputs["multiAz"] === true,
    ...(inputs["storageEncrypted"] === true && { keyArn: text(inputs["kmsKeyId"]) }),
    deletionProtection: inputs["deletionProtection"] === true,
    backupDays: Number(inputs["backupRetentionPeriod"] ?? 0),
    subnetIds: list(group?.inputs["subnetIds"]).map(text),
    securityGroupIds: list(inputs["vpcSecurityGroupIds"]).map(text),
    parameterGroup: text(inputs["parameterGroupName"]),
    parametersInSync: true,
    ...(secret !== "" && { secretArn: secret }),
  };
}

/** The table a VPC comes with: no route but the local one. */
function mainTable(account: Account, vpcId: string): reader.RouteTable {
  return {
    id: text(account.get(vpcId, "aws:ec2/vpc:Vpc")?.outputs["mainRouteTableId"]),
    main: true,
    subnetIds: [],
    routes: [],
  };
}

function routeTable(account: Account, table: AwsObject): reader.RouteTable {
  const mine = <T extends AwsObject>(type: string) =>
    account.all(type).filter((one) => one.inputs["routeTableId"] === table.id) as T[];
  return {
    id: table.id,
    main: false,
    subnetIds: mine("aws:ec2/routeTableAssociation:RouteTableAssociation").map((one) => text(one.inputs["subnetId"])),
    routes: mine("aws:ec2/route:Route").map((route) => {
      const [nat, gateway] = [text(route.inputs["natGatewayId"]), text(route.inputs["gatewayId"])];
      const gone = nat !== "" && account.get(nat, "aws:ec2/natGateway:NatGateway") === undefined;
      return {
        destination: text(route.inputs["destinationCidrBlock"]),
        ...(nat === "" ? {} : { natGatewayId: nat }),
        ...(gateway === "" ? {} : { gatewayId: gateway }),
        state: gone ? "blackhole" : "active",
      };
    }),
  };
}

/** AWS keeps five addresses of every subnet (VPC user guide, subnet sizing). */
function freeAddresses(cidr: string): number {
  return 2 ** (32 - Number(cidr.split("/")[1] ?? 32)) - 5;
}
