/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import type * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import {
  REFERENCE,
  SIGNATURE,
  type AnalyzedResource,
  type AnalyzedStackResource,
  type EngineEventPayload,
  type Properties,
} from "../../../../../orchestrator/engine/builtin/model";
import { loadPolicyGate } from "../../../../../orchestrator/engine/builtin/policy/gate";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { useFolder } from "../../../../support/folder";
import { executablePack, servedPack } from "../../../../support/packs";
import { refusal } from "../../../../support/refusal";
import { useServers } from "../../../../support/servers";
import { urnOf } from "../../../../support/states";

const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb") as any;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as any;
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;

const LEVELS = { advisory: 0, mandatory: 1, disabled: 2, remediate: 3 };
type Level = keyof typeof LEVELS;

/** What one pack finds: its policies with their levels, what it says of a resource and how it mends one. */
interface Script {
  readonly policies: Readonly<Record<string, Level>>;
  readonly says?: readonly { policy: string; message: string; level: Level; urn?: string }[];
  readonly mends?: (properties: Properties) => { policy: string; properties: Properties }[];
}

const resource = (properties: Properties = {}): AnalyzedResource => ({
  urn: urnOf("a"),
  type: "x:y:Thing",
  name: "a",
  properties,
  options: {
    protect: false,
    ignoreChanges: [],
    additionalSecretOutputs: [],
    aliases: [],
    customTimeouts: { create: 0, update: 0, delete: 0 },
    parent: urnOf("box"),
  },
});

describe("the policy gate", () => {
  const folder = useFolder();
  const serve = useServers();
  const open: { close(): Promise<void> }[] = [];
  afterEach(() => Promise.all(open.splice(0).map((gate) => gate.close())));

  /** Serves a pack; whatever it is asked is kept under the method's name. */
  async function pack(name: string, { policies, says = [], mends }: Script) {
    const asked: Record<string, any> = {};
    const answering =
      (method: string, reply: (request: any) => any): grpc.handleUnaryCall<any, any> =>
      (call, done) => {
        asked[method] = call.request;
        done(null, reply(call.request));
      };
    const analyzed = () => {
      const response = new messages.AnalyzeResponse();
      response.setDiagnosticsList(
        says.map(({ policy, message, level, urn = "" }) => {
          const diagnostic = new messages.AnalyzeDiagnostic();
          diagnostic.setPolicyname(policy);
          diagnostic.setDescription(`about ${policy}`);
          diagnostic.setMessage(message);
          diagnostic.setEnforcementlevel(LEVELS[level]);
          diagnostic.setUrn(urn);
          return diagnostic;
        }),
      );
      return response;
    };
    const handlers = {
      getPluginInfo: answering("getPluginInfo", () => new PluginInfo()),
      getAnalyzerInfo: answering("getAnalyzerInfo", () => {
        const info = new messages.AnalyzerInfo();
        info.setName(name);
        info.setVersion("1.0.0");
        info.setPoliciesList(
          Object.entries(policies).map(([policy, level]) => {
            const described = new messages.PolicyInfo();
            described.setName(policy);
            described.setEnforcementlevel(LEVELS[level]);
            return described;
          }),
        );
        return info;
      }),
      configure: answering("configure", () => new Empty()),
      analyze: answering("analyze", analyzed),
      analyzeStack: answering("analyzeStack", analyzed),
      ...(mends && {
        remediate: answering("remediate", (request) => {
          const response = new messages.RemediateResponse();
          response.setRemediationsList(
            mends(fromStruct(request.getProperties())).map(({ policy, properties }) => {
              const remediation = new messages.Remediation();
              remediation.setPolicyname(policy);
              remediation.setProperties(toStruct(properties));
              return remediation;
            }),
          );
          return response;
        }),
      }),
    };
    return { asked, place: servedPack(folder(), name, await serve(AnalyzerService, handlers)) };
  }

  async function gate(...scripts: Script[]) {
    const packs = await Promise.all(scripts.map((script, i) => pack(`pack-${i}`, script)));
    const events: EngineEventPayload[] = [];
    const loaded = await load(
      packs.map(({ place }) => place),
      events,
    );
    return { gate: loaded, events, asked: packs.map(({ asked }) => asked) };
  }
  async function load(places: string[], events: EngineEventPayload[] = []) {
    const loaded = await loadPolicyGate({
      packs: places.map((path) => ({ path })),
      folder: folder(),
      organization: "organization",
      project: "proj",
      stack: "dev",
      dryRun: false,
      config: {},
      configSecretKeys: [],
      emit: (event) => events.push(event),
    });
    open.push(loaded);
    return loaded;
  }
  const of = (events: EngineEventPayload[], kind: string) =>
    events.flatMap((event) => (event[kind] === undefined ? [] : [event[kind] as Record<string, unknown>]));

  it("loads every pack, configured with the level of each policy, before it judges", async () => {
    const { gate: loaded, events, asked } = await gate({ policies: { a: "mandatory", b: "disabled" } });
    expect(events).to.deep.equal([{ policyLoadEvent: {} }]);
    const levels = asked[0]?.["configure"].getPolicyconfigMap();
    expect(["a", "b"].map((name) => levels.get(name).getEnforcementlevel())).to.deep.equal([1, 2]);
    expect(Object.entries(loaded.packs)).to.have.length(1);
    expect(Object.entries(loaded.packs)[0]).to.deep.equal([`pack-0|local|${folder()}/pack-0`, "1.0.0"]);
  });

  it("that one pack breaks does not open at all", async () => {
    const good = await pack("good", { policies: { a: "mandatory" } });
    const broken = executablePack(folder(), "broken", "process.exit(3);");
    const error = await refusal(() => load([good.place, broken]));
    expect(error.code).to.equal("policy-pack-broken");
  });

  it("closes on a mandatory violation of any pack, and not on advice or what is disabled", async () => {
    const says = (level: Level) => [{ policy: "a", message: "no", level }];
    const accepted = async (...levels: Level[]) => {
      const { gate: loaded } = await gate(...levels.map((level) => ({ policies: { a: level }, says: says(level) })));
      return loaded.analyze(resource());
    };
    expect(await accepted("advisory")).to.equal(true);
    expect(await accepted("disabled")).to.equal(true);
    expect(await accepted("advisory", "mandatory")).to.equal(false);
    // What could have been mended and was not.
    expect(await accepted("remediate")).to.equal(false);
  });

  it("says what was violated, by what, and which policies passed", async () => {
    const { gate: loaded, events } = await gate({
      policies: { a: "mandatory", b: "advisory" },
      says: [{ policy: "a", message: "is wrong", level: "mandatory" }],
    });
    await loaded.analyze(resource());
    expect(of(events, "policyEvent")).to.deep.equal([
      {
        resourceUrn: urnOf("a"),
        message: "about a\nis wrong",
        color: "never",
        policyName: "a",
        policyPackName: "pack-0",
        policyPackVersion: "1.0.0",
        policyPackVersionTag: "1.0.0",
        enforcementLevel: "mandatory",
      },
    ]);
    expect(of(events, "policyAnalyzeSummaryEvent")[0]).to.deep.include({ passed: ["b"], failed: ["a"] });
  });

  it("judges references by the id they stand for, and knows the resource's options", async () => {
    const { gate: loaded, asked } = await gate({ policies: { a: "mandatory" } });
    const properties = { other: { [SIGNATURE]: REFERENCE, urn: urnOf("b"), id: "i-b" }, password: secret("hush") };
    await loaded.analyze({ ...resource(properties), options: { ...resource().options, deleteBeforeReplace: false } });
    const request = asked[0]?.["analyze"];
    expect(fromStruct(request.getProperties())).to.deep.equal({ other: "i-b", password: secret("hush") });
    expect(request.getOptions().getDeletebeforereplacedefined()).to.equal(true);
    expect(request.getOptions().getDeletebeforereplace()).to.equal(false);
  });

  it("mends with one pack after the other, and tells of it without the secrets", async () => {
    const mend = (key: string): Script => ({
      policies: { [key]: "remediate", idle: "remediate" },
      mends: (properties) => [
        { policy: key, properties: { ...properties, [key]: Object.keys(properties).length } },
        { policy: "idle", properties: { ...properties, [key]: Object.keys(properties).length } },
      ],
    });
    const { gate: loaded, events } = await gate(mend("x"), mend("y"));
    const password = secret("hush");
    expect(await loaded.remediate(resource({ password }))).to.deep.equal({ password, x: 1, y: 2 });
    expect(of(events, "policyRemediationEvent").map(({ policyName }) => policyName)).to.deep.equal(["x", "y"]);
    expect(of(events, "policyRemediateSummaryEvent")[0]).to.deep.include({ passed: ["idle"], failed: ["x"] });
    expect(JSON.stringify(events)).to.not.contain("hush");
  });

  it("asks no pack to mend that has nothing to mend with, and gives back the very properties", async () => {
    const { gate: loaded, events } = await gate({ policies: { a: "mandatory" } });
    const given = resource({ size: 1 });
    expect(await loaded.remediate(given)).to.equal(given.properties);
    expect(of(events, "policyRemediateSummaryEvent")).to.deep.equal([]);
  });

  it("judges the whole stack with what came from what; what concerns no resource concerns the stack", async () => {
    const {
      gate: loaded,
      events,
      asked,
    } = await gate({
      policies: { a: "mandatory" },
      says: [{ policy: "a", message: "too few", level: "mandatory" }],
    });
    const member: AnalyzedStackResource = {
      ...resource(),
      parent: urnOf("box"),
      dependencies: [urnOf("b")],
      propertyDependencies: { size: [urnOf("b")] },
    };
    expect(await loaded.analyzeStack([member])).to.equal(false);
    const [sent] = (asked[0] as Record<string, any>)["analyzeStack"].getResourcesList();
    expect(sent.getPropertydependenciesMap().get("size").getUrnsList()).to.deep.equal([urnOf("b")]);
    expect(of(events, "policyEvent")[0]?.["resourceUrn"]).to.equal(urnOf("proj-dev", "pulumi:pulumi:Stack"));
    expect(of(events, "policyAnalyzeStackSummaryEvent")[0]).to.not.have.property("resourceUrn");
  });
});
