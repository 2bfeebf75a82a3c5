import { expect } from "chai";
import { Account } from "../../../../orchestrator/sandbox/aws/account";
import { AwsError } from "../../../../orchestrator/sandbox/aws/error";
import { awsStandIn, kinds } from "../../../../orchestrator/sandbox/aws/provider";
import type { ClusterAccess, ClusterHost, NodeSpec } from "../../../../orchestrator/sandbox/cluster/host";
import type { Properties, ResourceCall } from "../../../../orchestrator/sandbox/provider/serve";
import { useFolder } from "../../../support/folder";

export const VPC = "aws:ec2/vpc:Vpc";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const ROLE = "aws:iam/role:Role";
export const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const CLUSTER = "aws:eks/cluster:Cluster";

/** A trust policy of one service. */
export const trust = (service: string, more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...more }],
  });

/** Clusters that only keep what they are told; what nobody made is not there. */
export class FakeClusters implements ClusterHost {
  readonly known = new Map<string, ClusterAccess>();
  /** `cluster/group` → nodes. */
  readonly nodes = new Map<string, readonly NodeSpec[]>();

  ensure(name: string, version: string): Promise<ClusterAccess> {
    const access = {
      name,
      version,
      endpoint: "https://127.0.0.1:6443",
      certificateAuthority: "the authority",
      token: "the token",
      kubeconfig: `kubeconfig of ${name}`,
    };
    this.known.set(name, access);
    return Promise.resolve(access);
  }
  remove(name: string): Promise<void> {
    this.known.delete(name);
    return Promise.resolve();
  }
  setNodes(cluster: string, group: string, nodes: readonly NodeSpec[]): Promise<void> {
    this.nodes.set(`${cluster}/${group}`, nodes);
    return Promise.resolve();
  }
  get(name: string): ClusterAccess | undefined {
    return this.known.get(name);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** An account of its own for each test, with the provider over it. */
export function useAccount(region = "eu-central-1") {
  const folder = useFolder();
  let account: Account;
  let clusters: FakeClusters;
  beforeEach(() => {
    account = new Account(folder(), "111122223333", region);
    clusters = new FakeClusters();
  });
  afterEach(() => account.close());
  const call = (type: string, name: string): ResourceCall => ({
    urn: `urn:pulumi:dev::slipway::${type}::${name}`,
    type,
    name,
    peer: "test",
  });
  const standIn = () => awsStandIn({ account, clusters });
  const make = (type: string, inputs: Properties, name = "it") => standIn().create(call(type, name), inputs, false);
  return {
    folder,
    get account() {
      return account;
    },
    get clusters() {
      return clusters;
    },
    get surroundings() {
      return { account, clusters };
    },
    call,
    make,
    /** Only the id. */
    id: async (type: string, inputs: Properties, name?: string) => (await make(type, inputs, name)).id,
    update: async (type: string, id: string, news: Properties) => {
      const { inputs = {}, outputs = {} } = account.get(id, type) ?? {};
      return (await standIn().update?.(call(type, "it"), { id, inputs, outputs }, news, false)) ?? {};
    },
    remove: (type: string, id: string) => standIn().delete(call(type, "it"), id, {}),
    /** Which change of one input makes another resource of it. */
    replaces: async (type: string, property: string) => {
      const old = { id: "x", inputs: { [property]: "before" }, outputs: {} };
      return (await standIn().diff?.(call(type, "it"), old, { [property]: "after" }))?.replaces?.includes(property);
    },
    kind: (type: string) => kinds[type],
  };
}
export type AccountWorld = ReturnType<typeof useAccount>;

/** The refusal of AWS that an attempt ends with. */
export async function awsRefusal(attempt: Promise<unknown>): Promise<AwsError> {
  try {
    await attempt;
  } catch (error) {
    expect(error).to.be.instanceOf(AwsError);
    return error as AwsError;
  }
  return expect.fail("AWS refused nothing");
}

/** A VPC with a public and a private subnet in each of two zones, tagged as the platform tags them. */
export async function network({ id }: AccountWorld): Promise<{ vpcId: string; private: string[]; public: string[] }> {
  const vpcId = await id(VPC, { cidrBlock: "10.10.0.0/16", tags: { Name: "slipway" } });
  const subnets = (offset: number, tags: Properties) =>
    Promise.all(
      ["a", "b"].map((zone, index) =>
        id(
          SUBNET,
          {
            vpcId,
            cidrBlock: `10.10.${offset + index * 64}.0/18`,
            availabilityZone: `eu-central-1${zone}`,
            tags,
          },
          `subnet-${offset}-${zone}`,
        ),
      ),
    );
  return {
    vpcId,
    private: await subnets(0, { "karpenter.sh/discovery": "slipway-test", "kubernetes.io/role/internal-elb": "1" }),
    public: await subnets(128, { "kubernetes.io/role/elb": "1" }),
  };
}

/** A role by name with what it may do; its ARN. */
export async function role({ make }: AccountWorld, name: string, service: string, policies: readonly string[] = []) {
  const { outputs } = await make(ROLE, { name, assumeRolePolicy: trust(service) }, name);
  for (const policy of policies)
    await make(ATTACHMENT, { role: name, policyArn: `arn:aws:iam::aws:policy/${policy}` }, `${name}-${policy}`);
  return String(outputs["arn"]);
}

/** A cluster that EKS accepts. */
export async function cluster(world: AccountWorld, name = "slipway-test", more: Properties = {}) {
  const subnets = await network(world);
  const roleArn = await role(world, "cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
  const made = await world.make(
    CLUSTER,
    { name, version: "1.36", roleArn, vpcConfig: { subnetIds: subnets.private }, ...more },
    name,
  );
  return { ...made, subnets, roleArn };
}
