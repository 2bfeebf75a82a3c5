import { platform } from "../framework";
import { isOpen, mendPart, said } from "../repair";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { taggable } from "../taggable";
import { at, isAbsent, UNKNOWN } from "../value";

/** Who pays, who owns, where it belongs (B2.3): the three questions of every cost report and every incident. */
const REQUIRED = ["environment", "cost-centre", "owner"];

export const resourcesCarryTags = resourceRule<{ required: readonly string[]; values: readonly string[] }>({
  name: "resources-carry-tags",
  description: "Everything in AWS that can be tagged says its environment, cost centre and owner.",
  severity: "low",
  framework: platform("E5.4", "Required tags set."),
  requirement: "E5.4",
  remediation: "Add the tags environment, cost-centre and owner to the resource.",
  url: "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/",
  levels: { dev: "advisory" },
  settings: {
    required: list("tags that everything carries", REQUIRED),
    values: list("what a required tag is set to where it is missing and the rule mends, as key=value", []),
  },
  applies: (type) => taggable.has(type),
  judge(subject, verdict, { required }) {
    const tags = subject.properties["tags"];
    if (tags === UNKNOWN) return verdict.undecided("tags");
    for (const key of required) {
      const value = at(tags, key);
      if (value === UNKNOWN) verdict.undecided(`tag ${key}`);
      else if (isAbsent(value)) verdict.violation(`tag ${key} is missing`);
    }
  },
  repair(draft, type, { required, values }) {
    if (!taggable.has(type)) return;
    mendPart(draft, "tags", (tags) => {
      for (const value of values) {
        const [key = "", ...rest] = value.split("=");
        if (required.includes(key) && isOpen(said(tags, key))) tags[key] = rest.join("=");
      }
    });
  },
});
