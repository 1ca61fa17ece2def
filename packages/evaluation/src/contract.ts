export { type EvaluatorContract, evaluatorContract } from "./contract/evaluator-contract.js";
