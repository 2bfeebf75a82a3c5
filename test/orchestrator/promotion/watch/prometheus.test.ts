import { expect } from "chai";
import { createMetrics, postTo } from "../../../../orchestrator/promotion/watch/prometheus";
import { startPrometheus, type Answer, type PrometheusFake } from "../../../support/fake-prometheus";
import { refusal } from "../../../support/refusal";

describe("metrics from a Prometheus-compatible API", () => {
  let fake: PrometheusFake | undefined;
  afterEach(() => fake?.close());
  const at = new Date("2026-01-06T08:00:00.250Z");
  const ask = async (answer: Answer, { expression = "sum(up)", token = undefined as string | undefined } = {}) => {
    fake = await startPrometheus(() => answer, "s3cret");
    return createMetrics(postTo(`${fake.address}/`, token ?? "s3cret")).value(expression, at);
  };

  it("asks for one number at one time, and gets it", async () => {
    expect(await ask(["0.25"])).to.equal(0.25);
    expect(fake?.asked).to.deep.equal([{ expression: "sum(up)", time: at }]);
  });
  for (const [said, meant] of [
    [["NaN"], undefined],
    [["+Inf"], Infinity],
    [[], undefined],
  ] as const) {
    it(`takes ${JSON.stringify(said)} for ${String(meant)}`, async () => expect(await ask(said)).to.equal(meant));
  }
  it("takes a scalar as well", async () => {
    const body = JSON.stringify({ status: "success", data: { resultType: "scalar", result: [1, "7"] } });
    expect(await ask({ status: 200, body })).to.equal(7);
  });

  const vector = (rest: object) =>
    JSON.stringify({ status: "success", data: { resultType: "vector", result: [] }, ...rest });
  for (const [what, answer, words] of [
    ["two series", ["1", "2"], "2 series where one was asked for"],
    ["a partial answer", { status: 200, body: vector({ warnings: ["store 3 is down"] }) }, "partial: store 3 is down"],
    ["a page of a proxy", { status: 502, body: "<html>" }, "answered 502"],
    ["a matrix", { status: 200, body: JSON.stringify({ status: "success", data: { resultType: "matrix" } }) }, "200"],
    ["a text for a number", ["many"], '"many" is no number'],
    ["nothing for a number", [""], "is no number"],
  ] as readonly [string, Answer, string][]) {
    it(`takes ${what} for no answer`, async () => {
      const { code, message } = await refusal(() => ask(answer));
      expect(code).to.equal("metrics-unavailable");
      expect(message).to.include(words);
    });
  }
  it("tells an expression that is none, a wrong token and nobody there", async () => {
    expect((await refusal(() => ask(["1"], { expression: "sum(" }))).message).to.include("bad_data");
    await fake?.close();
    const { message } = await refusal(() => ask(["1"], { token: "wrong" }));
    expect(message).to.include("answered 401").and.not.include("wrong");
    const address = fake?.address ?? "";
    await fake?.close();
    fake = undefined;
    const gone = await refusal(() => createMetrics(postTo(address, undefined)).value("up", at));
    expect(gone.message).to.include("ECONNREFUSED");
  });
});
