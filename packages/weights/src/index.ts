export * from "./browser.js";
export { exportEncoderTo, importEncoderFrom, importHeadFrom } from "./encoder-files.js";
