import { expect } from "chai";
import {
  isWebhookConfiguration,
  webhookConfigurations,
  type Webhook,
} from "../../../../../orchestrator/sandbox/kubernetes/charts/webhooks";

const webhook = (name: string, more: Partial<Webhook> = {}): Webhook => ({
  kind: "ValidatingWebhookConfiguration",
  configuration: "judges",
  name,
  path: `/${name}`,
  failurePolicy: "Fail",
  timeoutSeconds: 5,
  apiGroups: ["test.dev"],
  apiVersions: ["v1"],
  resources: ["things"],
  ...more,
});
const service = { namespace: "system", name: "judge" };

describe("webhooks of a chart", () => {
  it("are registered together under one name, apart by what they may do", () => {
    const made = webhookConfigurations(
      [webhook("one"), webhook("two"), webhook("three", { kind: "MutatingWebhookConfiguration" })],
      service,
      { app: "judge" },
    );
    expect(
      made.map(({ kind, metadata, webhooks }) => [kind, metadata.name, (webhooks as object[]).length]),
    ).to.deep.equal([
      ["ValidatingWebhookConfiguration", "judges", 2],
      ["MutatingWebhookConfiguration", "judges", 1],
    ]);
    expect(made.every(isWebhookConfiguration)).to.equal(true);
  });
  it("say whom to ask, and for what", () => {
    const [made] = webhookConfigurations([webhook("one", { objectSelector: { matchLabels: {} } })], service, {});
    expect((made?.["webhooks"] as object[])[0]).to.deep.include({
      clientConfig: { service: { ...service, path: "/one", port: 443 } },
      rules: [
        { apiGroups: ["test.dev"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["things"] },
      ],
      objectSelector: { matchLabels: {} },
    });
  });
  it("are told from everything else", () => {
    expect(isWebhookConfiguration({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })).to.equal(false);
  });
});
