import { expect } from "chai";
import { rehearsalCloud } from "../../../../orchestrator/sandbox/aws/cloud";
import { awsRefusal, cluster, network, role, useAccount, type AccountWorld } from "./fixture";

const NAME = "slipway-test";
const balancer = (name = "public", scheme: "internet-facing" | "internal" = "internet-facing") => ({
  cluster: NAME,
  name,
  scheme,
  tags: { Environment: "dev" },
});
const instance = (zone = "eu-central-1a") => ({
  cluster: NAME,
  pool: "batch",
  instanceType: "m7g.large",
  zone,
  capacityType: "spot" as const,
});

describe("the account as the cluster's controllers use it", () => {
  const world = useAccount();
  const cloud = () => rehearsalCloud(world.surroundings);
  const zone = (name: string) => world.id("aws:route53/zone:Zone", { name }, name);

  describe("Pod Identity", () => {
    const associate = async ({ make }: AccountWorld, roleArn: string) =>
      make("aws:eks/podIdentityAssociation:PodIdentityAssociation", {
        clusterName: NAME,
        namespace: "external-dns",
        serviceAccount: "external-dns",
        roleArn,
      });
    it("gives a controller the role bound to its service account with the role's own actions", async () => {
      await cluster(world);
      const roleArn = await role(world, "dns", "pods.eks.amazonaws.com");
      const Statement = [
        { Effect: "Allow", Action: ["route53:ListHostedZones", "route53:GetChange"], Resource: "*" },
        { Effect: "Allow", Action: "route53:ChangeResourceRecordSets", Resource: "*" },
        { Effect: "Deny", Action: "route53:DeleteHostedZone", Resource: "*" },
      ];
      const policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await world.make("aws:iam/rolePolicy:RolePolicy", { role: "dns", policy });
      await associate(world, roleArn);
      expect(cloud().podIdentityRole(NAME, "external-dns", "external-dns")).to.deep.equal({
        roleArn,
        allowedActions: ["route53:ListHostedZones", "route53:GetChange", "route53:ChangeResourceRecordSets"],
      });
    });
    it("gives nothing to another service account, namespace or cluster", async () => {
      await cluster(world);
      await associate(world, await role(world, "dns", "pods.eks.amazonaws.com"));
      expect(cloud().podIdentityRole(NAME, "external-dns", "default")).to.equal(undefined);
      expect(cloud().podIdentityRole(NAME, "default", "external-dns")).to.equal(undefined);
      expect(cloud().podIdentityRole("other", "external-dns", "external-dns")).to.equal(undefined);
    });
  });

  describe("load balancers", () => {
    it("stand in the subnets tagged for their scheme, with the cluster's tag on them [A6.4]", async () => {
      const { vpcId, ...subnets } = await network(world);
      const { arn, dnsName } = await cloud().ensureLoadBalancer(balancer());
      expect(arn).to.match(
        /^arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer\/net\/public\/[0-9a-f]{16}$/,
      );
      expect(dnsName).to.match(/^public-[0-9a-f]{16}\.elb\.eu-central-1\.amazonaws\.com$/);
      await cloud().ensureLoadBalancer(balancer("inside", "internal"));
      const [outer, inner] = world.account.all("slipway:elb/balancer");
      expect(outer?.inputs).to.deep.include({
        vpcId,
        subnetIds: subnets.public,
        tags: { Environment: "dev", "elbv2.k8s.aws/cluster": NAME },
      });
      expect(inner?.inputs["subnetIds"]).to.deep.equal(subnets.private);
    });
    it("are made once under a name", async () => {
      await network(world);
      const first = await cloud().ensureLoadBalancer(balancer());
      expect(await cloud().ensureLoadBalancer(balancer())).to.deep.equal(first);
      expect(world.account.all("slipway:elb/balancer")).to.have.length(1);
    });
    it("cannot stand anywhere without a tagged subnet, and the controller's words say which tag", async () => {
      const error = await cloud()
        .ensureLoadBalancer(balancer())
        .catch((reason: Error) => reason);
      expect(error).to.have.property(
        "message",
        "unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
      );
    });
    it("end at the region's quota of 50 with AWS's own code", async () => {
      await network(world);
      for (let n = 0; n < 50; n++) await cloud().ensureLoadBalancer(balancer(`n${n}`));
      const error = await awsRefusal(cloud().ensureLoadBalancer(balancer("one-more")));
      expect(error.code).to.equal("TooManyLoadBalancers");
    });
    it("go by name, and one that is gone stays gone", async () => {
      await network(world);
      await cloud().ensureLoadBalancer(balancer("a"));
      await cloud().ensureLoadBalancer(balancer("b"));
      await cloud().deleteLoadBalancer("a");
      await cloud().deleteLoadBalancer("a");
      expect(world.account.all("slipway:elb/balancer").map(({ inputs }) => inputs["name"])).to.deep.equal(["b"]);
    });
  });

  describe("records", () => {
    const put = (name: string, values = ["target.example.net"]) => cloud().putRecord({ name, type: "CNAME", values });
    it("land in the zone that owns the name, the second in place of the first [A6.5]", async () => {
      const zoneId = await zone("dev.example.org");
      await put("demo.dev.example.org");
      await put("demo.dev.example.org", ["other.example.net"]);
      expect(world.account.all("slipway:dns/record").map(({ inputs }) => inputs)).to.deep.equal([
        { zoneId, name: "demo.dev.example.org", type: "CNAME", values: ["other.example.net"] },
      ]);
    });
    it("have no place under a name that only ends alike", async () => {
      await zone("dev.example.org");
      const error = await awsRefusal(put("demo.otherdev.example.org"));
      expect(error.code).to.equal("NoSuchHostedZone");
      expect(error.message).to.include("StatusCode: 404").and.include("demo.otherdev.example.org");
    });
    it("go by name and type", async () => {
      await zone("dev.example.org");
      await put("demo.dev.example.org");
      await cloud().deleteRecord({ name: "demo.dev.example.org", type: "TXT" });
      expect(world.account.all("slipway:dns/record")).to.have.length(1);
      await cloud().deleteRecord({ name: "demo.dev.example.org", type: "CNAME" });
      expect(world.account.all("slipway:dns/record")).to.deep.equal([]);
    });
  });

  describe("instances", () => {
    it("start in the discovered subnet of their zone under an address of its own [A3.2]", async () => {
      await network(world);
      const made = [await cloud().launchInstance(instance()), await cloud().launchInstance(instance("eu-central-1b"))];
      expect(made.map(({ privateIp }) => privateIp)).to.deep.equal(["10.10.32.0", "10.10.96.1"]);
      expect(made[0]?.privateDnsName).to.equal("ip-10-10-32-0.eu-central-1.compute.internal");
      expect(made[0]?.id).to.match(/^i-0[0-9a-f]{16}$/);
      expect(world.account.all("slipway:ec2/instance")[0]?.inputs["tags"]).to.deep.equal({
        "kubernetes.io/cluster/slipway-test": "owned",
      });
    });
    it("start nowhere in a zone without such a subnet, and Karpenter's words say so", async () => {
      await network(world);
      const error = await cloud()
        .launchInstance(instance("eu-central-1c"))
        .catch((reason: Error) => reason);
      expect(error)
        .to.have.property("message")
        .that.includes("no subnets exist given constraints: zone eu-central-1c, karpenter.sh/discovery=slipway-test");
    });
    it("end once and for all", async () => {
      await network(world);
      const { id } = await cloud().launchInstance(instance());
      await cloud().terminateInstance(id);
      await cloud().terminateInstance(id);
      expect(world.account.all("slipway:ec2/instance")).to.deep.equal([]);
    });
  });
});
