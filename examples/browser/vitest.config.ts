export { default } from "@simclr/tooling/vitest";
