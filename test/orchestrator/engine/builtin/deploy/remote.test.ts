/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import {
  emptyGoal,
  type ConnectedProvider,
  type ProviderRegistry,
} from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { callMethod, construct } from "../../../../../orchestrator/engine/builtin/deploy/remote";
import { OUTPUT_VALUE, SIGNATURE, UNKNOWN } from "../../../../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, staged } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";
import { strict } from "../../../../support/strict";

const messages = require("@pulumi/pulumi/proto/provider_pb") as any;

const PLACE = { address: "127.0.0.1:9" };
const OTHER = PROVIDER.replace("mine", "other");

describe("a remote component", () => {
  const goal: Goal = { ...emptyGoal("x:y:Group", "g"), custom: false, remote: true, parent: urnOf("box") };

  async function constructed(wanted: Partial<Goal>, defaultFor?: ProviderRegistry["defaultFor"]) {
    let request: any;
    const asked: string[] = [];
    const reply = new messages.ConstructResponse();
    reply.setUrn(urnOf("g", "x:y:Group"));
    reply.setState(toStruct({ url: secret("u") }));
    const made = new messages.ConstructResponse.PropertyDependencies();
    made.setUrnsList([urnOf("child")]);
    reply.getStatedependenciesMap().set("url", made);
    const provider = {
      client: {
        construct: (given: any) => {
          request = messages.ConstructRequest.deserializeBinary(given.serializeBinary());
          return Promise.resolve(reply);
        },
      },
    } as unknown as ConnectedProvider;
    const registry = strict<ProviderRegistry>("registry", {
      get: (reference) => {
        asked.push(reference);
        return Promise.resolve(provider);
      },
      ...(defaultFor === undefined ? {} : { defaultFor }),
    });
    const { deployment } = staged({
      dryRun: true,
      config: { "proj:token": "hush" },
      configSecretKeys: ["proj:token"],
      options: { parallel: 7 },
    });
    const registered = await construct(deployment, registry, PLACE, { ...goal, ...wanted });
    return { request, registered, asked };
  }

  it("is built where the operation is, with its configuration, and reports back to its monitor", async () => {
    const { request } = await constructed({ provider: PROVIDER });
    expect([request.getOrganization(), request.getProject(), request.getStack()]).to.deep.equal([
      "organization",
      "proj",
      "dev",
    ]);
    expect([request.getMonitorendpoint(), request.getParallel(), request.getDryrun()]).to.deep.equal([
      PLACE.address,
      7,
      true,
    ]);
    expect(request.getConfigMap().toObject()).to.deep.equal([["proj:token", "hush"]]);
    expect(request.getConfigsecretkeysList()).to.deep.equal(["proj:token"]);
    expect([request.getType(), request.getName(), request.getParent()]).to.deep.equal(["x:y:Group", "g", urnOf("box")]);
  });

  it("gets its inputs with their secrets, unknowns and what they were made of", async () => {
    const properties = { password: secret("hush"), later: UNKNOWN };
    const { request } = await constructed({
      provider: PROVIDER,
      properties,
      propertyDependencies: { later: [urnOf("b")] },
    });
    expect(fromStruct(request.getInputs())).to.deep.equal(properties);
    expect(request.getInputdependenciesMap().get("later").getUrnsList()).to.deep.equal([urnOf("b")]);
    expect(request.getAcceptsOutputValues()).to.equal(true);
  });

  it("comes from its own provider, else the one handed down, else the package's default, and hands it on", async () => {
    const own = await constructed({ provider: PROVIDER, providers: { x: OTHER } });
    expect(own.asked).to.deep.equal([PROVIDER]);
    expect(own.request.getProvidersMap().toObject()).to.deep.equal([["x", PROVIDER]]);
    expect((await constructed({ providers: { x: OTHER } })).asked).to.deep.equal([OTHER]);
    const byDefault = await constructed({ version: "1.2.3" }, (pkg, version) =>
      Promise.resolve(`${pkg}@${version ?? ""}`),
    );
    expect(byDefault.asked).to.deep.equal(["x@1.2.3"]);
  });

  it("tells the program its outputs and what they were made of", async () => {
    const { registered } = await constructed({ provider: PROVIDER });
    expect(registered).to.deep.equal({
      urn: urnOf("g", "x:y:Group"),
      id: "",
      outputs: { url: secret("u") },
      result: "success",
      unknown: false,
      outputDependencies: { url: [urnOf("child")] },
    });
  });
});

describe("a remote method", () => {
  it("is called with its arguments as they travel and what they were made of; its answer is passed on whole", async () => {
    let request: any;
    const reply = new messages.CallResponse();
    const provider = {
      client: {
        callMethod: (given: any) => {
          request = given;
          return Promise.resolve(reply);
        },
      },
    } as unknown as ConnectedProvider;
    const args = { key: { [SIGNATURE]: OUTPUT_VALUE, value: "k", secret: true } };
    const answer: unknown = await callMethod(staged().deployment, PLACE, provider, "x:y:Group/ask", args, {
      key: [urnOf("b")],
    });
    expect(answer).to.equal(reply);
    expect(request.getTok()).to.equal("x:y:Group/ask");
    expect(fromStruct(request.getArgs())).to.deep.equal(args);
    expect(request.getArgdependenciesMap().get("key").getUrnsList()).to.deep.equal([urnOf("b")]);
    expect(request.getMonitorendpoint()).to.equal(PLACE.address);
  });
});
