export * from "./browser.js";
export { exportEncoderTo, importEncoderFrom } from "./encoder-files.js";
