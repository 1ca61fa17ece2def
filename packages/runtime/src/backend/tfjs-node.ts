// The JavaScript half of @tensorflow/tfjs-node-gpu (Apache-2.0, see NOTICE). It is bundled at build time, with
// @tensorflow/tfjs replaced by @tensorflow/tfjs-core, so that its installer and its native addon never run for a user.
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels";
import "@tensorflow/tfjs-core/dist/register_all_gradients";

export { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend";
