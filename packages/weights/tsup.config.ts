export { default } from "@simclr/tooling/tsup";
