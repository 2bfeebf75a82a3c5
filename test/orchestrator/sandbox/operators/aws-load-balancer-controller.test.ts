import { expect } from "chai";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { balancerName } from "../../../../orchestrator/sandbox/operators/aws-load-balancer-controller";
import { ref, useOperators } from "./fixture";

const ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-";
const service = (name: string, spec: object = {}, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "demo", annotations },
  spec: {
    type: "LoadBalancer",
    loadBalancerClass: "service.k8s.aws/nlb",
    ports: [{ port: 80, targetPort: 8080 }],
    ...spec,
  },
});
const address = (one: KubeObject | undefined) => at(one, "status", "loadBalancer", "ingress", 0, "hostname");

describe("the AWS Load Balancer Controller of a rehearsal [A6.4]", () => {
  const world = useOperators("aws-load-balancer-controller");
  const public_ = service(
    "public",
    {},
    { [`${ANNOTATION}name`]: "slipway-test", [`${ANNOTATION}scheme`]: "internet-facing" },
  );

  it("leaves the address pending without a role, with the SDK's words as an event", async () => {
    await world.put(public_);
    await world.nudge(async () => (await world.events("demo", "FailedBuildModel")).length > 0);
    const [message] = await world.events("demo", "FailedBuildModel");
    expect(message).to.match(/^Failed build model due to operation error EC2: DescribeSubnets, get identity: /);
    expect(address(await world.fixture.api.get(ref(public_)))).to.equal(undefined);
  });
  it("names the action its role lacks", async () => {
    world.grant("kube-system/aws-load-balancer-controller", ["ec2:Describe*"]);
    const denied = async () =>
      (await world.events("demo", "FailedBuildModel")).some((text) => text.includes("AccessDenied"));
    await world.nudge(denied);
    expect((await world.events("demo", "FailedBuildModel")).join()).to.include(
      "is not authorized to perform: elasticloadbalancing:CreateLoadBalancer",
    );
  });
  it("tells a missing subnet from a refusal to build", async () => {
    world.grant("kube-system/aws-load-balancer-controller");
    world.cloud.balancerProblem = "api error TooManyLoadBalancers: The maximum number has been reached";
    await world.nudge(async () => (await world.events("demo", "FailedDeployModel")).length > 0);
    expect((await world.events("demo", "FailedDeployModel"))[0]).to.include("TooManyLoadBalancers");
    world.cloud.balancerProblem = "unable to resolve at least one subnet";
    await world.nudge(async () =>
      (await world.events("demo", "FailedBuildModel")).some((text) => /subnet$/.test(text)),
    );
    world.cloud.balancerProblem = undefined;
  });
  it("gives the Service its balancer's name, and holds it until the balancer is gone", async () => {
    const done = await world.until(public_, (one) => address(one) !== undefined);
    expect(address(done)).to.equal("slipway-test-1.elb.eu-central-1.amazonaws.com");
    expect(done?.metadata.finalizers).to.deep.equal(["service.k8s.aws/resources"]);
    await world.fixture.api.delete(ref(public_));
    await world.until(public_, (one) => one === undefined);
    expect([...world.cloud.balancers]).to.deep.equal([]);
  });
  it("leaves Services of other classes and types alone", async () => {
    const others = [
      service("inside", { type: "ClusterIP", loadBalancerClass: null }),
      service("foreign", { loadBalancerClass: "example.org/x" }),
    ];
    for (const other of others) await world.put(other);
    const mine = service("mine");
    await world.put(mine);
    await world.until(mine, (one) => address(one) !== undefined);
    for (const other of others)
      expect(address(await world.fixture.api.get(ref(other))), other.metadata.name).to.equal(undefined);
  });
  it("takes the balancer away when the Service stops asking for one", async () => {
    await world.put(service("mine", { type: "ClusterIP", loadBalancerClass: null }));
    await world.until(
      service("mine"),
      (one) => one?.metadata.finalizers === undefined || one.metadata.finalizers.length === 0,
    );
    expect([...world.cloud.balancers]).to.deep.equal([]);
  });

  it("makes up names that AWS takes: 32 characters at most, another for each Service", () => {
    const named = (name: string, uid: string) =>
      balancerName("slipway-test", { ...service(name), metadata: { name, namespace: "a-very-long-namespace", uid } });
    expect(named("envoy-gateway-public", "1")).to.match(/^k8s-averylon-envoygat-[0-9a-f]{10}$/);
    expect(named("envoy-gateway-public", "1").length).to.be.at.most(32);
    expect(named("a", "1")).to.not.equal(named("a", "2"));
  });
});
