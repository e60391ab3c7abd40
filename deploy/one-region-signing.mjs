// Stands for the SDK's @aws-sdk/signature-v4-multi-region in the bundles: signing for one Region, which is what the functions need.
export { SignatureV4 as SignatureV4MultiRegion } from "@smithy/signature-v4";
