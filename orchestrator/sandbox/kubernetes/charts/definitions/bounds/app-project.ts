import type { Bounds } from "../../schema";

/** Published with the AppProject of chart argo-cd (Argo CD 3.4), for the fields that are used. */
export const appProjectBounds: Bounds = {
  "spec.description": {
    maxLength: 255,
  },
};
