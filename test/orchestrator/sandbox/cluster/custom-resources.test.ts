import { expect } from "chai";
import * as definitions from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/cert-manager";
import { useWorld, refusal, WRITE } from "./fixture";

const issuer = (spec: object) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name: "letsencrypt" },
  spec,
});
const acme = { server: "https://acme.test", privateKeySecretRef: { name: "key" } };

describe("custom resources of the embedded API", () => {
  const world = useWorld();
  beforeEach(() => definitions.certManagerDefinitions.forEach((definition) => world().put(definition)));
  const patch = (type: string, body: object, fieldValidation: "Strict" | "Warn" = "Warn", warnings: string[] = []) =>
    world().verbs.patch(
      world().resource("cert-manager.io/v1", "ClusterIssuer"),
      "letsencrypt",
      undefined,
      `application/${type}`,
      body,
      undefined,
      {
        ...WRITE,
        fieldValidation,
        warn: (text) => warnings.push(text),
      },
    );

  it("are refused where the chart's own definition refuses them, field by field", () => {
    const refused = refusal(() =>
      world().create(issuer({ acme: { solvers: [{ dns01: { cnameStrategy: "Chase" } }] } })),
    );
    expect(refused.code).to.equal(422);
    expect(refused.message).to.equal(
      'ClusterIssuer.cert-manager.io "letsencrypt" is invalid: [spec.acme.server: Required value, spec.acme.privateKeySecretRef: Required value, spec.acme.solvers[0].dns01.cnameStrategy: Unsupported value: "Chase": supported values: "None", "Follow"]',
    );
  });
  it("lose a misspelt field with a warning, and are refused for it when asked to be strict", () => {
    const warnings: string[] = [];
    const misspelt = issuer({ acme: { ...acme, emial: "a@b.c" } });
    const made = world().create(misspelt, { ...WRITE, warn: (text) => warnings.push(text) });
    expect(made["spec"]).to.deep.equal({ acme });
    expect(warnings).to.deep.equal(['unknown field "spec.acme.emial"']);
    const refused = refusal(() =>
      world().create({ ...misspelt, metadata: { name: "two" } }, { ...WRITE, fieldValidation: "Strict" }),
    );
    expect([refused.code, refused.message]).to.deep.equal([
      400,
      'ClusterIssuer in version "v1" cannot be handled as a ClusterIssuer: strict decoding error: unknown field "spec.acme.emial"',
    ]);
  });
  it("cannot be applied with a field nobody declared, whatever the client asks for", () => {
    const refused = refusal(() => patch("apply-patch+yaml", issuer({ acme: { ...acme, emial: "a@b.c" } })));
    expect(refused.message).to.equal(
      "failed to create typed patch object (/letsencrypt; cert-manager.io/v1, Kind=ClusterIssuer): .spec.acme.emial: field not declared in schema",
    );
    expect(patch("apply-patch+yaml", issuer({ acme }))["spec"]).to.deep.equal({ acme });
  });
  it("are judged after a patch too", () => {
    world().create(issuer({ acme }));
    expect(refusal(() => patch("merge-patch+json", { spec: { acme: { server: null } } })).message).to.include(
      "spec.acme.server: Required value",
    );
    expect(refusal(() => patch("merge-patch+json", { spec: { other: 1 } }, "Strict")).message).to.include(
      'unknown field "spec.other"',
    );
  });
});
