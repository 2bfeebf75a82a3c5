import { PolicyPack } from "@pulumi/policy";
import { crossguard, shareProperties } from "./crossguard";
import { rules } from "./rules";

/** Starts the pack's server; one per process. `today` is what the expiry of waivers is held against. */
export function start(today: Date, deserializer: object): PolicyPack {
  shareProperties(deserializer);
  return new PolicyPack("slipway", {
    description: "What a Kubernetes platform on AWS must satisfy before anything is touched.",
    enforcementLevel: "mandatory",
    policies: crossguard(rules, today.toISOString().slice(0, 10)),
  });
}
