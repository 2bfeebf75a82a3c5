import { expect } from "chai";
import {
  integrationsOf,
  matches,
  receiversOf,
  waysOf,
  type RouteConfig,
} from "../../../orchestrator/checks/alert-routing";

describe("matchers of Alertmanager", () => {
  const labels = { severity: "critical", team: 'a"b' };
  const table: readonly (readonly [string, boolean])[] = [
    ['severity="critical"', true],
    ["severity = critical", true],
    ['severity!="critical"', false],
    ['severity=~"crit.*|warning"', true],
    // Expressions match the whole value.
    ['severity=~"crit"', false],
    ['severity!~"crit"', true],
    // A label that is not there is the empty text.
    ['missing=""', true],
    ['missing!=""', false],
    ['missing=~".+"', false],
    ['team="a\\"b"', true],
  ];
  for (const [matcher, holds] of table)
    it(`${matcher} ${holds ? "holds" : "does not hold"}`, () => expect(matches(matcher, labels)).to.equal(holds));
  it("are refused when they are none", () => {
    expect(() => matches("severity", labels)).to.throw("severity is no matcher");
  });
});

describe("the routing tree of Alertmanager", () => {
  const route: RouteConfig = {
    receiver: "root",
    routes: [
      { receiver: "first", matchers: ["a=1"], continue: true, routes: [{ receiver: "inner", matchers: ["b=1"] }, {}] },
      { matchers: ["a=1"] },
      { receiver: "never", matchers: ["a=1"] },
    ],
  };
  it("gives an alert that no child takes to the node itself", () => {
    expect(receiversOf(route, {})).to.deep.equal(["root"]);
  });
  it("stops at the first child that matches, unless it says continue; a child without receiver has its parent's", () => {
    expect(receiversOf(route, { a: "1" })).to.deep.equal(["first", "root"]);
    expect(receiversOf(route, { a: "1", b: "1" })).to.deep.equal(["inner", "root"]);
  });
  it("tells each way once", () => {
    const receivers = [
      { name: "first", slack_configs: [{}], email_configs: [] },
      { name: "root", slack_configs: [{}], pagerduty_configs: [{}] },
    ];
    expect(integrationsOf({ route, receivers }, { a: "1" })).to.deep.equal(["pagerduty", "slack"]);
    expect(receivers.map(waysOf)).to.deep.equal([["slack"], ["slack", "pagerduty"]]);
  });
});
