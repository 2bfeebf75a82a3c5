import { platform } from "../framework";
import { stackRule } from "../rule";
import { list } from "../setting";
import { at, isAbsent, UNKNOWN, type Value } from "../value";

type Settings = { present: readonly string[] };

/** A class nobody serves is accepted by the API and never answers: a challenge that stays pending for ever. */
export const classesExist = stackRule<Settings>({
  name: "classes-exist",
  description: "Every Gateway and Ingress names a class that the stack makes or the cluster is known to have.",
  severity: "medium",
  framework: platform("E3.4", "Route or ingress class must exist."),
  requirement: "E3.4",
  remediation: "Correct gatewayClassName or ingressClassName, or declare the class.",
  url: "https://gateway-api.sigs.k8s.io/api-types/gatewayclass/",
  levels: { dev: "advisory" },
  settings: { present: list("classes that the cluster has from elsewhere", ["alb", "slipway"]) },
  judge(stack, verdict, { present }) {
    for (const [kind, classKind, field] of [
      [
        "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        "kubernetes:gateway.networking.k8s.io/v1:GatewayClass",
        "gatewayClassName",
      ],
      ["kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:networking.k8s.io/v1:IngressClass", "ingressClassName"],
    ] as const) {
      const classes = stack.ofType(classKind).map(({ objectName }) => objectName);
      for (const subject of stack.ofType(kind)) {
        const name: Value = at(subject.properties["spec"], field);
        if (isAbsent(name) && field === "ingressClassName") continue;
        if (name === UNKNOWN || classes.includes(UNKNOWN))
          verdict.undecided(`the class of ${subject.title}`, subject.urn);
        else if (typeof name !== "string" || (!classes.includes(name) && !present.includes(name)))
          verdict.violation(`${subject.title} names a class that does not exist`, subject.urn);
      }
    }
  },
});
