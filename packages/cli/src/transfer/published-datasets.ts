import birdsnap from "./datasets/birdsnap.json" with { type: "json" };
import caltech101 from "./datasets/caltech-101.json" with { type: "json" };
import cifar10 from "./datasets/cifar-10.json" with { type: "json" };
import cifar100 from "./datasets/cifar-100.json" with { type: "json" };
import dtd from "./datasets/dtd.json" with { type: "json" };
import fgvcAircraft from "./datasets/fgvc-aircraft.json" with { type: "json" };
import food101 from "./datasets/food-101.json" with { type: "json" };
import oxfordFlowers102 from "./datasets/oxford-flowers-102.json" with { type: "json" };
import oxfordPets from "./datasets/oxford-pets.json" with { type: "json" };
import pascalVoc2007 from "./datasets/pascal-voc-2007.json" with { type: "json" };
import stanfordCars from "./datasets/stanford-cars.json" with { type: "json" };
import sun397 from "./datasets/sun397.json" with { type: "json" };
import { parseTransferDescriptor, type TransferDescriptor } from "./transfer-descriptor.js";

/**
 * The twelve datasets of the paper's table 8, in its order.
 *
 * @see Chen et al. 2020, section 4.3, appendix B.8
 */
export const publishedDatasets: readonly TransferDescriptor[] = [
  food101,
  cifar10,
  cifar100,
  birdsnap,
  sun397,
  stanfordCars,
  fgvcAircraft,
  pascalVoc2007,
  dtd,
  oxfordPets,
  caltech101,
  oxfordFlowers102,
].map((descriptor) => parseTransferDescriptor(descriptor, `${descriptor.name}.json`));
