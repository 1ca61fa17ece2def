export { type ContrastiveLossTraits, describeContrastiveLoss } from "./contract/describe-contrastive-loss.js";
export { type Replica, replicate } from "./contract/replicate.js";
