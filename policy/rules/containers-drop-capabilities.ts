import { pss } from "../framework";
import { isOpen, itemsOf, mendContainers, mendPart, said } from "../repair";
import { resourceRule } from "../rule";
import { at, items, several, text, UNKNOWN } from "../value";
import { eachContainer, isWholeWorkload, isWorkload } from "../workload";

const ADDABLE = "NET_BIND_SERVICE";

/** The runtime grants fourteen capabilities to a container that says nothing; hardly any program needs one. */
export const containersDropCapabilities = resourceRule({
  name: "containers-drop-capabilities",
  description: "Every container drops all Linux capabilities and adds none but NET_BIND_SERVICE.",
  severity: "medium",
  framework: pss(
    "restricted",
    "Capabilities",
    "Containers must drop ALL capabilities, and are only permitted to add back the NET_BIND_SERVICE capability.",
  ),
  requirement: "E2.5",
  remediation: "Set securityContext.capabilities.drop: [ALL]; add NET_BIND_SERVICE only for a port below 1024.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container, workload) => {
      if (workload.windows) return;
      const capabilities = at(container.fields["securityContext"], "capabilities");
      const [drop, add] = several(items(at(capabilities, "drop")), items(at(capabilities, "add")));
      if (capabilities === UNKNOWN || drop === UNKNOWN || drop.includes(UNKNOWN))
        verdict.undecided(`${container.place}.securityContext.capabilities.drop`);
      else if (!drop.includes("ALL") && !(workload.partial && drop.length === 0))
        verdict.violation(`${container.title}: capabilities.drop does not name ALL`);
      if (capabilities === UNKNOWN || add === UNKNOWN)
        return verdict.undecided(`${container.place}.securityContext.capabilities.add`);
      for (const capability of add) {
        if (capability === UNKNOWN) verdict.undecided(`${container.place}.securityContext.capabilities.add`);
        else if (capability !== ADDABLE)
          verdict.violation(`${container.title}: capabilities.add names ${text(capability)}`);
      }
    });
  },
  repair: (draft, type) => {
    if (!isWholeWorkload(type)) return;
    mendContainers(draft, type, (security) =>
      mendPart(security, "capabilities", (capabilities) => {
        const drop = said(capabilities, "drop");
        const enough = itemsOf(drop).some((one) => one === "ALL" || one === UNKNOWN);
        if (isOpen(drop) || (Array.isArray(drop) && !enough)) capabilities["drop"] = ["ALL"];
      }),
    );
  },
});
