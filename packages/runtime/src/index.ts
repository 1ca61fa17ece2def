export { backendName } from "./backend/backend.js";
export { type Runtime, useTensorFlow } from "./backend/use-tensorflow.js";
export { compile } from "./compile/compile.js";
export type { DoctorCheck } from "./doctor/check.js";
export { type DoctorReport, doctor, formatDoctorReport } from "./doctor/doctor.js";
export {
  type JpegPixels,
  type TensorFlowJpegDecoder,
  tensorflowJpegDecoder,
} from "./images/tensorflow-jpeg-decoder.js";
export { type Profile, type ProfileOptions, profile } from "./profile/profile.js";
export { formatProfileSummary, type OperationTotal, type ProfileSummary } from "./profile/profile-summary.js";
export type { ProfiledOperation } from "./profile/profiled-operation.js";
export type { Installation } from "./provisioning/installation.js";
export type { TensorFlowKind } from "./provisioning/lock.js";
export type { OnProvisionProgress, ProvisionProgress } from "./provisioning/progress.js";
export { type ProvisionOptions, provision } from "./provisioning/provision.js";
export { configProto } from "./settings/config-proto.js";
export type { Settings } from "./settings/settings.js";
