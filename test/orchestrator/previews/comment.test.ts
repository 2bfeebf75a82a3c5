import { expect } from "chai";
import { comment, farewell, MARKER } from "../../../orchestrator/previews/comment";

const facts = {
  url: "https://pr-1.preview.example.com",
  namespace: "feature-pr-1",
  image: "registry.example.com/app@sha256:aa",
  idleHours: 72,
  lifetimeHours: 336,
};

describe("the comment on a pull request", () => {
  it("[C2.6] says address, namespace, image and when it goes", () => {
    for (const word of [facts.url, facts.namespace, facts.image, "72 h", "336 h"])
      expect(comment(facts)).to.include(word);
  });
  it("[C2.6] begins with its marker before and after, so that there is one only", () => {
    for (const text of [comment(facts), farewell(facts.namespace)])
      expect(text.startsWith(`${MARKER}\n`)).to.equal(true);
    expect(comment(facts)).to.equal(comment({ ...facts }));
  });
});
