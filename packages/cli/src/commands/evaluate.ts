import { Command } from "commander";
import type { EvaluationChoices } from "../evaluation/evaluation-settings.js";
import { evaluateRun } from "../run/evaluate-run.js";
import { interruptedExitCode, listenForInterruption } from "../terminal/interruption.js";
import { printEvaluations } from "../terminal/print-evaluations.js";
import { printReport } from "../terminal/print-report.js";
import { openTerminal } from "../terminal/terminal.js";
import { list, numberOf } from "./option-values.js";

interface EvaluateOptions {
  readonly protocol?: string[];
  readonly data?: string;
  readonly encoders?: string[];
  readonly labelFraction?: string[];
  readonly epochs?: string;
  readonly batchSize?: string;
  readonly learningRate?: string;
  readonly fineTuneAfterBlock?: string;
  readonly fineTuneFromHeadLayer?: string;
  readonly temperature?: string;
  readonly distillationWeight?: string;
  readonly teacherEpochs?: string;
  readonly student?: string;
  readonly mix?: string[];
  readonly mixupAlpha?: string;
  readonly cutmixAlpha?: string;
  readonly mixProbability?: string;
  readonly k?: string;
  readonly examples?: string;
}

export function evaluateCommand(): Command {
  return new Command("evaluate")
    .argument("<run>", "the run's folder")
    .option("-p, --protocol <names>", "what to measure, one or several (default: knn,linear-features)", list)
    .option(
      "-d, --data <data>",
      "other images than the run's own, with labels: a name, a folder or shards as for pretrain",
    )
    .option("--encoders <names>", "whose features: of trained, untrained, pixels (default: all three)", list)
    .option("--k <n>", "knn: neighbours that vote (default: the recipe's, 200)")
    .option(
      "--label-fraction <shares>",
      "fine-tune, distill, supervised: of the labels, one result each (default: 1)",
      list,
    )
    .option(
      "--fine-tune-after-block <n>",
      "fine-tune, distill: what follows block group 0 (the stem) to 4; -1: all (default)",
    )
    .option(
      "--fine-tune-from-head-layer <n>",
      "fine-tune, distill: from this layer of the projection head (default: 0, before it)",
    )
    .option("--temperature <x>", "distill: of the predictions (default: 0.1, or 1 for another student)")
    .option(
      "--distillation-weight <x>",
      "distill: of the predictions, and 1 - x of the labels beside them (default: 1)",
    )
    .option("--teacher-epochs <n>", "distill: of the teacher's fine-tuning (default: 30, or 60 for 1% of the labels)")
    .option(
      "--student <run|recipe>",
      "distill: a run that goes on, or a recipe's network from scratch (default: the run)",
    )
    .option("--epochs <n>", "of protocols that train on images: passes over them (default: the published number)")
    .option("--batch-size <n>", "of the same: images a step (default: 512 for linear, else 256)")
    .option("--learning-rate <x>", "of the same: the peak (default: scaled by the batch size)")
    .option("--mix <names>", "supervised: mixup, cutmix, or of both one by chance for each batch (default: none)", list)
    .option("--mixup-alpha <x>", "of its beta distribution (default: 0.2)")
    .option("--cutmix-alpha <x>", "of its beta distribution (default: 1)")
    .option("--mix-probability <x>", "of a batch to be mixed (default: 1)")
    .option(
      "--examples <n>",
      "at most so many images of each part (default: all; without --protocol the recipe's number)",
    )
    .addHelpText(
      "after",
      `
Protocols on features, which are computed once for each encoder; minutes:
  knn                  each test image takes the class of its nearest training images, cosine similarity, votes weighted by
                       exp(similarity / 0.1) (Wu et al. 2018, with lightly's temperature)
  linear-features      one linear layer by SGD on the frozen encoder's features
  logistic-regression  the same by L-BFGS to the optimum, the best of 45 strengths of L2 on a tenth of the training images
                       (Chen et al. 2020, appendix B.8)
  retrieval            how often the nearest training images are of a test image's class: recall@1, 5, 10
  all-features         these four

Protocols that train on images, with crop and flip; hours without a GPU:
  linear               one linear layer on the frozen encoder (Chen et al. 2020, section 4.2); 100 epochs, or 90 above 32 pixels
  fine-tune            the whole network goes on learning, with all labels or a share of them (section 5); 30 epochs, or 60 for
                       1% of the labels and less
  distill              a fine-tuned network teaches the pretrained one, or --student, by its predictions of all images, without their
                       labels (Chen et al. 2020b, section 2); 400 epochs. --epochs and the like are the student's.
                       --distillation-weight below 1 lets the teacher's labels count too (equation 3)
  supervised           the same network from scratch, with the same labels: what fine-tuning has to beat; 90 epochs. --mix makes
                       it a stronger one: mixtures of images and of their labels (Zhang et al. 2018; Yun et al. 2019)

What fits which question:
  did it learn anything?             knn,linear-features: what you get without --protocol
  how does it compare with a paper?  linear
  I have few labels                  fine-tune,distill,supervised --label-fraction 0.01,0.1

Settings of knn and linear-features are the recipe's, evaluation.* of \`simclr recipes --keys\`.

Examples:
  simclr evaluate runs/digits-20261124-093000
  simclr evaluate runs/photos-20261124-093000 --protocol knn --data ./other-photos
  simclr evaluate runs/photos-20261124-093000 --protocol all-features --encoders trained,untrained
  simclr evaluate runs/photos-20261124-093000 --protocol fine-tune,supervised --label-fraction 0.01,0.1 --epochs 30
  simclr evaluate runs/photos-20261124-093000 --protocol distill --label-fraction 0.1 --student runs/small-20261125-101500
  simclr evaluate runs/photos-20261124-093000 --protocol supervised --mix mixup,cutmix

Each result is written when it is there to <run>/evaluations/<protocol>[-<label fraction>]-<encoder>.json, in the place of an
earlier one; with --mix its names stand before the encoder, with --student to-<student>, with labels beside a teacher with-labels, and of other images than the run's own
-on-<folder> at the end. Ctrl-C keeps what is finished. In the end the page <run>/report/index.html is made again, with all results.
\`simclr report\` shows several runs on one page.`,
    )
    .action(async (runFolder: string, { data, ...options }: EvaluateOptions) => {
      const choices = choicesOf(options);
      const terminal = openTerminal();
      const interruption = listenForInterruption(() =>
        terminal.print("Stopping; what is finished is kept. Ctrl-C again stops at once."),
      );
      const { signal } = interruption;
      try {
        const result = await evaluateRun({ ...choices, runFolder, data, terminal, signal });
        if (result.report.accuracies) printEvaluations(result);
        else printReport(result);
      } catch (error) {
        if (!signal.aborted) throw error;
        terminal.print("Stopped before anything was measured.");
      } finally {
        interruption.release();
      }
      if (signal.aborted) process.exitCode = interruptedExitCode;
    });
}

function choicesOf(options: EvaluateOptions): EvaluationChoices {
  const { protocol, encoders, labelFraction } = options;
  const number = (option: string, text: string | undefined) => numberOf("evaluate", option, text);
  return {
    // Names are checked with everything else, and the nearest known one is suggested.
    protocols: protocol as EvaluationChoices["protocols"],
    encoders: encoders as EvaluationChoices["encoders"],
    labelFractions: labelFraction?.map((text) => number("--label-fraction", text) as number),
    epochs: number("--epochs", options.epochs),
    batchSize: number("--batch-size", options.batchSize),
    learningRate: number("--learning-rate", options.learningRate),
    fineTuneAfterBlock: number("--fine-tune-after-block", options.fineTuneAfterBlock),
    fineTuneFromHeadLayer: number("--fine-tune-from-head-layer", options.fineTuneFromHeadLayer),
    temperature: number("--temperature", options.temperature),
    distillationWeight: number("--distillation-weight", options.distillationWeight),
    teacherEpochs: number("--teacher-epochs", options.teacherEpochs),
    student: options.student,
    mix: options.mix as EvaluationChoices["mix"],
    mixupAlpha: number("--mixup-alpha", options.mixupAlpha),
    cutmixAlpha: number("--cutmix-alpha", options.cutmixAlpha),
    mixProbability: number("--mix-probability", options.mixProbability),
    k: number("--k", options.k),
    examples: number("--examples", options.examples),
  };
}
