/**
 * The Pulumi CLI whose behaviour, protocol and state format the built-in engine follows; written into manifests and
 * compared with version ranges that programs require.
 */
export const ENGINE_VERSION = "3.260.0";
