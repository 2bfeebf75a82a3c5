import { PolicyPack } from "@pulumi/policy";
import { crossguard } from "./crossguard";
import { rules } from "./rules";

// Starts the pack's server when loaded: only index.js and no test may import this file (the rules are in ./rules).
new PolicyPack("slipway", {
  description: "What a Kubernetes platform on AWS must satisfy before anything is touched.",
  enforcementLevel: "mandatory",
  policies: rules.map(crossguard),
});
