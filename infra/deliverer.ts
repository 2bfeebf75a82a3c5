/** What delivers: the sync controller of Argo CD. Pipelines hold no write access to any cluster (C6.4). */
export const deliverer = { name: "argocd-application-controller", namespace: "argocd" } as const;
