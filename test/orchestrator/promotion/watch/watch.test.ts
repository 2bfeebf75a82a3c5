import { expect } from "chai";
import fc from "fast-check";
import { fair, weatherMetrics, type Weather } from "../../../../orchestrator/promotion/rehearsal/weather";
import { createMetrics, postTo } from "../../../../orchestrator/promotion/watch/prometheus";
import { watchSchema } from "../../../../orchestrator/promotion/watch/settings";
import { matcherOf, signals, trafficQuery } from "../../../../orchestrator/promotion/watch/signals";
import { BAD_LOOKS, blindness, watch, type Watched } from "../../../../orchestrator/promotion/watch/watch";
import { SlipwayError } from "../../../../orchestrator/errors";
import { startPrometheus } from "../../../support/fake-prometheus";

const settings = watchSchema.parse({ namespaces: ["production"] });
const before = new Date("2026-01-06T08:00:00Z");
const from = new Date("2026-01-06T08:10:00Z");
const minutes = (time: Date) => (time.getTime() - from.getTime()) / 60_000;

describe("a watch", () => {
  let waited: number[];
  beforeEach(() => (waited = []));
  const request = {
    settings,
    before,
    from,
    now: () => from,
    waitUntil: (time: Date) => {
      waited.push(minutes(time));
      return Promise.resolve();
    },
    say: () => undefined,
  };
  type Sky = Partial<Omit<Weather, "values">> & { readonly values?: Partial<Weather["values"]> };
  const watching = (at: (minute: number) => Sky): Promise<Watched> =>
    watch({
      ...request,
      metrics: weatherMetrics(["production"], (time) => {
        const { values, ...rest } = at(minutes(time));
        return { ...fair, ...rest, values: { ...fair.values, ...values } };
      }),
    });

  it("lasts 30 minutes, a look a minute, and is good when nothing is worse than before [D6.1]", async () => {
    const { verdict, until, samples, signals: figures } = await watching(() => ({}));
    expect([verdict, samples, minutes(until)]).to.deep.equal(["good", 30, 30]);
    expect(waited).to.deep.equal(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(figures["p99"]).to.deep.equal({ before: 0.18, worst: 0.18 });
  });
  for (const { name, floor } of signals) {
    it(`ends at the second bad look in a row: ${name} [D6.1]`, async () => {
      const seen = await watching((minute) => (minute >= 20 ? { values: { [name]: floor * 1.1 } } : {}));
      expect([seen.verdict, seen.samples]).to.deep.equal(["breach", 19 + BAD_LOOKS]);
      expect(seen.summary).to.include(name);
      expect(seen.signals[name]?.worst).to.equal(floor * 1.1);
    });
  }
  it("forgives one bad look", async () => {
    const { verdict } = await watching((minute) => (minute % 2 === 0 ? { values: { p99: 3 } } : {}));
    expect(verdict).to.equal("good");
  });
  it("compares with what was before: what always was slow is not rolled back, what became slower is [D6.1]", async () => {
    const slow = (factor: number) => (minute: number) => ({ values: { p99: minute < 0 ? 2 : 2 * factor } });
    expect((await watching(slow(1.4))).verdict).to.equal("good");
    const { verdict, summary } = await watching(slow(1.6));
    expect(verdict).to.equal("breach");
    expect(summary).to.equal("p99 3200 ms, at most 3000 ms (before: 2000 ms)");
  });
  it("is inconclusive without traffic, whatever else is well [D6.1]", async () => {
    const { verdict, summary } = await watching(() => ({ requests: 99 }));
    expect(verdict).to.equal("inconclusive");
    expect(summary).to.include("error ratio, p99").and.include("no traffic in 30 of 30 looks");
  });
  it("still breaks without traffic when containers restart", async () => {
    expect((await watching((minute) => ({ requests: 0, values: { restarts: minute < 0 ? 0 : 9 } }))).verdict).to.equal(
      "breach",
    );
  });
  it("is inconclusive where metrics were blind for more than a fifth of it, and says why", async () => {
    const blind = (from: number) =>
      watch({
        ...request,
        metrics: {
          value: (expression, time) => {
            if (minutes(time) > from) throw new SlipwayError("metrics-unavailable", "it is gone", "look");
            return weatherMetrics(["production"], () => fair).value(expression, time);
          },
        },
      });
    expect((await blind(24)).verdict).to.equal("good");
    const { verdict, summary } = await blind(23);
    expect(verdict).to.equal("inconclusive");
    expect(summary).to.include("no metrics in 7: it is gone");
  });
  it("hides no defect of the program as missing metrics", async () => {
    const broken = { value: () => Promise.reject(new TypeError("defect")) };
    const told = await watch({ ...request, metrics: broken }).catch((error: unknown) => error);
    expect(told).to.be.instanceOf(TypeError);
  });
  it("tells an endless p99 as a number", async () => {
    const { signals: figures } = await watching(() => ({ values: { p99: Infinity } }));
    expect(figures["p99"]?.worst).to.equal(Number.MAX_SAFE_INTEGER);
  });
  it("never calls good what it did not see", () => {
    const sample = fc.record({
      values: fc.record(
        Object.fromEntries(signals.map(({ name }) => [name, fc.double({ min: 0, max: 9, noNaN: true })])),
        { requiredKeys: [] },
      ),
      traffic: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (samples) => {
        const shares = signals.map(
          ({ name }) => samples.filter(({ values }) => values[name] !== undefined).length / samples.length,
        );
        expect(blindness(samples) === undefined).to.equal(Math.min(...shares) >= 0.8);
      }),
    );
  });

  it("speaks to a Prometheus over HTTP", async () => {
    const matcher = matcherOf(settings.namespaces);
    const fake = await startPrometheus((expression, time) => {
      if (expression === trafficQuery(matcher)) return ["6000"];
      const signal = signals.find(({ query }) => query(matcher) === expression);
      if (signal === undefined) return { status: 400, body: "{}" };
      return [signal.name === "error ratio" && minutes(time) >= 3 ? "0.2" : "0.001"];
    });
    try {
      const seen = await watch({ ...request, metrics: createMetrics(postTo(fake.address, undefined)) });
      expect([seen.verdict, seen.samples]).to.deep.equal(["breach", 4]);
      expect(fake.asked[0]?.time).to.deep.equal(before);
    } finally {
      await fake.close();
    }
  });
});
