import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import {
  denied,
  flags,
  message,
  namespaceOf,
  noCredentials,
  rightsOf,
  tell,
  type OperatorContext,
} from "../../../../orchestrator/sandbox/operators/operator";
import type { World } from "../../../../orchestrator/sandbox/operators/world";
import { strict } from "../../../support/rollout";
import { FakeCloud } from "../kubernetes/fixture";

const deployment = (spec: object = {}, namespace?: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "dns", ...(namespace !== undefined && { namespace }) },
  spec: { template: { spec } },
});

describe("what operators have in common", () => {
  it("is their settings: repeated flags of the first container", () => {
    const self = deployment({
      containers: [{ args: ["--source=a", "--source=b=c", "--sources=d"] }, { args: ["--source=x"] }],
    });
    expect(flags(self, "source")).to.deep.equal(["a", "b=c"]);
    expect(flags(deployment(), "source")).to.deep.equal([]);
  });
  it("is a namespace, the default one where none is written", () =>
    expect([namespaceOf(deployment({}, "dns")), namespaceOf(deployment())]).to.deep.equal(["dns", "default"]));

  describe("is their rights [A2.5]", () => {
    const context = (cloud: FakeCloud, serviceAccountName?: string) =>
      strict<OperatorContext>("context", {
        cloud,
        cluster: "slipway-test",
        self: deployment(serviceAccountName === undefined ? {} : { serviceAccountName }, "dns"),
      });
    it("of the role of their service account, by patterns and whatever the case", () => {
      const cloud = new FakeCloud();
      cloud.roles.set("dns/external", ["route53:Change*", "EC2:Describe?"]);
      const rights = rightsOf(context(cloud, "external"));
      expect(rights?.roleArn).to.equal("arn:aws:iam::123456789012:role/external");
      expect(rights?.allowed("route53:ChangeResourceRecordSets")).to.equal(true);
      expect(rights?.allowed("Route53:changeresourcerecordsets")).to.equal(true);
      expect(rights?.allowed("route53:ListHostedZones")).to.equal(false);
      expect(rights?.allowed("xroute53:ChangeX"), "the whole of it").to.equal(false);
    });
    it("are none without a role, and those of `default` without a service account", () => {
      const cloud = new FakeCloud();
      expect(rightsOf(context(cloud, "external"))).to.equal(undefined);
      cloud.roles.set("dns/default", ["*"]);
      expect(rightsOf(context(cloud))?.allowed("anything:AtAll")).to.equal(true);
    });
  });
  it("is the SDK's words of a pod without a role and of one that may not", () => {
    expect(noCredentials("EC2: CreateFleet")).to.match(/^operation error EC2: CreateFleet, .*no EC2 IMDS role found/);
    expect(
      denied("EC2: CreateFleet", "ec2:CreateFleet", "arn:aws:iam::111122223333:role/path/karpenter", "*"),
    ).to.match(
      /api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role\/karpenter\/pod is not authorized to perform: ec2:CreateFleet on resource: \*/,
    );
    expect([message(new Error("no")), message("no")]).to.deep.equal(["no", "no"]);
  });

  describe("is what they tell of an object", () => {
    const about: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "demo", uid: "u-1" },
    };
    const telling = () => {
      const events: KubeObject[] = [];
      const context = strict<OperatorContext>("context", {
        self: deployment({}, "dns"),
        now: () => "2026-01-02T03:04:05Z",
        world: strict<World>("world", {
          list: (_apiVersion: string, _kind: string, namespace?: string) =>
            events.filter(({ metadata }) => metadata.namespace === namespace),
          create: (event: KubeObject) => {
            events.push(event);
            return Promise.resolve(event);
          },
        }),
      });
      return { events, context };
    };
    it("as an event beside it, with who and when", async () => {
      const { events, context } = telling();
      await tell(context, about, "Warning", "Failed", "no role");
      expect(events[0]).to.deep.include({
        kind: "Event",
        type: "Warning",
        reason: "Failed",
        message: "no role",
        involvedObject: { apiVersion: "v1", kind: "Service", name: "web", namespace: "demo", uid: "u-1" },
        source: { component: "dns" },
        firstTimestamp: "2026-01-02T03:04:05Z",
      });
      expect(events[0]?.metadata.namespace).to.equal("demo");
    });
    it("once, however often it happens, and again when it is something else or of another object", async () => {
      const { events, context } = telling();
      for (let time = 0; time < 3; time++) await tell(context, about, "Warning", "Failed", "no role");
      expect(events).to.have.length(1);
      await tell(context, about, "Warning", "Failed", "no zone");
      await tell(context, { ...about, metadata: { ...about.metadata, uid: "u-2" } }, "Warning", "Failed", "no role");
      expect(events).to.have.length(3);
    });
  });
});
