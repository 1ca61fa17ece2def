import type { Recipe } from "./recipe-schema.js";

const names = {
  simclr: "SimCLR",
  supCon: "SupCon",
  dcl: "DCL",
  dclw: "DCLW",
  barlowTwins: "Barlow Twins",
  vicReg: "VICReg",
  negativeCosineSimilarity: "Negative cosine",
  moco: "MoCo",
  byol: "BYOL",
  simSiam: "SimSiam",
} as const satisfies Record<Recipe["objective"]["kind"], string>;

/** What a recipe's method is called: `SimCLR`, `Barlow Twins`. */
export function objectiveName({ objective }: Pick<Recipe, "objective">): string {
  return names[objective.kind];
}

/** What the encoder that a recipe trains is called in tables: `SimCLR encoder`. */
export function encoderTitle(recipe: Pick<Recipe, "objective">): string {
  return `${objectiveName(recipe)} encoder`;
}
