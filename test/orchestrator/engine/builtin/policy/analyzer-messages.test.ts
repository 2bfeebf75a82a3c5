/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import {
  analyzeRequest,
  configuration,
  handshake,
  initialConfig,
  policyInfo,
  stackRequest,
  writeFacts,
} from "../../../../../orchestrator/engine/builtin/policy/analyzer-messages";
import { REFERENCE, SIGNATURE, UNKNOWN, type AnalyzedResource } from "../../../../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER_URN } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";

const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;

const resource: AnalyzedResource = {
  urn: urnOf("a"),
  type: "x:y:Thing",
  name: "a",
  properties: {
    password: secret("hush"),
    later: UNKNOWN,
    made: { [SIGNATURE]: REFERENCE, urn: urnOf("b"), id: "i-b" },
    planned: { [SIGNATURE]: REFERENCE, urn: urnOf("c"), id: "" },
  },
  options: {
    protect: true,
    ignoreChanges: ["tag"],
    additionalSecretOutputs: ["token"],
    aliases: [],
    customTimeouts: { create: 90, update: 0, delete: 30 },
    parent: urnOf("box"),
  },
  provider: { urn: PROVIDER_URN, type: "pulumi:providers:x", name: "mine", properties: { region: "here" } },
};

describe("messages to a policy pack", () => {
  it("hold a resource with its secrets, unknowns and what references stand for", () => {
    const request = analyzeRequest(resource);
    expect([request.getType(), request.getUrn(), request.getName()]).to.deep.equal(["x:y:Thing", urnOf("a"), "a"]);
    expect(fromStruct(request.getProperties())).to.deep.equal({
      password: secret("hush"),
      later: UNKNOWN,
      made: "i-b",
      planned: UNKNOWN,
    });
    expect(request.getProvider().getName()).to.equal("mine");
    expect(fromStruct(request.getProvider().getProperties())).to.deep.equal({ region: "here" });
  });

  it("tell an option that is off from one nobody spoke of", () => {
    const said = (deleteBeforeReplace?: boolean) => {
      const options = analyzeRequest({
        ...resource,
        options: { ...resource.options, deleteBeforeReplace },
      }).getOptions();
      return [options.getDeletebeforereplacedefined(), options.getDeletebeforereplace()];
    };
    expect([said(), said(false), said(true)]).to.deep.equal([
      [false, false],
      [true, false],
      [true, true],
    ]);
    const timeouts = analyzeRequest(resource).getOptions().getCustomtimeouts();
    expect([timeouts.getCreate(), timeouts.getUpdate(), timeouts.getDelete()]).to.deep.equal([90, 0, 30]);
  });

  it("hold a stack in order, with parents and what came from what", () => {
    const request = stackRequest([
      { ...resource, parent: "", dependencies: [], propertyDependencies: {} },
      { ...resource, parent: urnOf("box"), dependencies: [urnOf("b")], propertyDependencies: { made: [urnOf("b")] } },
    ]);
    const [first, second] = request.getResourcesList();
    expect([first.getParent(), second.getParent()]).to.deep.equal(["", urnOf("box")]);
    expect(second.getDependenciesList()).to.deep.equal([urnOf("b")]);
    expect(second.getPropertydependenciesMap().get("made").getUrnsList()).to.deep.equal([urnOf("b")]);
    expect(first.getPropertydependenciesMap().getLength()).to.equal(0);
  });

  it("name the stack, whether it is a preview, and which of its settings are secret", () => {
    const facts = writeFacts({
      organization: "organization",
      project: "proj",
      stack: "dev",
      dryRun: true,
      config: { "proj:token": "hush" },
      configSecretKeys: ["proj:token"],
    });
    expect([facts.getOrganization(), facts.getProject(), facts.getStack(), facts.getDryRun()]).to.deep.equal([
      "organization",
      "proj",
      "dev",
      true,
    ]);
    expect(facts.getConfigMap().toObject()).to.deep.equal([["proj:token", "hush"]]);
    expect(facts.getConfigSecretKeysList()).to.deep.equal(["proj:token"]);
    expect(handshake("/packs/ours").getRootDirectory()).to.equal("/packs/ours");
  });

  it("set level and properties of each policy", () => {
    const map = configuration({ a: { level: "remediate", properties: { most: 3 } } }).getPolicyconfigMap();
    expect(map.get("a").getEnforcementlevel()).to.equal(3);
    expect(fromStruct(map.get("a").getProperties())).to.deep.equal({ most: 3 });
  });
});

describe("what a pack says of itself", () => {
  it("is each policy with its level and schema; one without takes any setting", () => {
    const policy = new messages.PolicyInfo();
    policy.setName("a");
    policy.setDescription("about a");
    policy.setEnforcementlevel(2);
    expect(policyInfo(policy)).to.deep.equal({
      name: "a",
      description: "about a",
      level: "disabled",
      schema: { properties: {}, required: [] },
    });
    const schema = new messages.PolicyConfigSchema();
    schema.setProperties(toStruct({ most: { type: "integer" } }));
    schema.setRequiredList(["most"]);
    policy.setConfigschema(schema);
    expect(policyInfo(policy).schema).to.deep.equal({ properties: { most: { type: "integer" } }, required: ["most"] });
  });

  it("is its own settings, too", () => {
    const info = new messages.AnalyzerInfo();
    const config = new messages.PolicyConfig();
    config.setEnforcementlevel(1);
    config.setProperties(toStruct({ most: 4 }));
    info.getInitialconfigMap().set("a", config);
    expect(initialConfig(info)).to.deep.equal({ a: { level: "mandatory", properties: { most: 4 } } });
  });
});
