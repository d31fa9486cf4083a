import type { Build, BuildStage, BuildStep } from '../../../backend/contract/index.ts';

/** In pixels; the style sheet has the same. */
export const CARD = { width: 296, head: 44, row: 28, foot: 6, gapX: 56, gapY: 20, margin: 24 } as const;

/** A stage, or the builder's own work (`stage` null), where it stands in the drawing. */
export interface GraphCard {
  key: string;
  stage: BuildStage | null;
  steps: BuildStep[];
  x: number;
  y: number;
  height: number;
}

export interface GraphEdge {
  key: string;
  how: 'base' | 'copy';
  from: GraphCard;
  to: GraphCard;
  /** From the end of one card to the instruction that needs it. */
  path: string;
}

export interface BuildGraph {
  cards: GraphCard[];
  edges: GraphEdge[];
  width: number;
  height: number;
}

/** Stages from left to right: each stands behind all that it waits for. The builder's own work stands first. */
export function layOutGraph({ stages, steps }: Pick<Build, 'stages' | 'steps'>): BuildGraph {
  const columns: GraphCard[][] = [];
  const place = (column: number, stage: BuildStage | null) => {
    const own = steps.filter((step) => step.stage === (stage?.index ?? null));
    if (stage === null && own.length === 0) return;
    columns[column] ??= [];
    const above = columns[column].at(-1);
    const y = above === undefined ? CARD.margin : above.y + above.height + CARD.gapY;
    const height = CARD.head + own.length * CARD.row + CARD.foot;
    const x = CARD.margin + column * (CARD.width + CARD.gapX);
    columns[column].push({ key: stage === null ? 'builder' : `stage ${stage.index}`, stage, steps: own, x, y, height });
  };
  const depths = new Map<number, number>();
  for (const stage of stages) {
    const depth = Math.max(-1, ...stage.needs.map((need) => depths.get(need.stage) ?? -1)) + 1;
    depths.set(stage.index, depth);
    place(depth, stage);
  }
  // What the builder does for itself is told below what it is done for.
  place(0, null);
  const cards = columns.flat();
  const byStage = new Map(cards.map((card) => [card.stage?.index ?? null, card]));
  const edges = stages.flatMap((stage) =>
    stage.needs.flatMap(({ stage: needed, how }): GraphEdge[] => {
      const from = byStage.get(needed);
      const to = byStage.get(stage.index);
      if (from?.stage == null || to === undefined) return [];
      return [{ key: `${needed} ${stage.index}`, how, from, to, path: edgePath(from, to, how === 'base' ? null : from.stage) }];
    }),
  );
  return {
    cards,
    edges,
    width: Math.max(0, ...cards.map(({ x }) => x + CARD.width)) + CARD.margin,
    height: Math.max(0, ...cards.map(({ y, height }) => y + height)) + CARD.margin,
  };
}

/** @param copied the stage that is copied from: the edge ends at the instruction that does it */
function edgePath(from: GraphCard, to: GraphCard, copied: BuildStage | null): string {
  const row = copied === null ? -1 : to.steps.findIndex(({ name }) => copiesFrom(name, copied));
  const startX = from.x + CARD.width;
  const startY = from.y + CARD.head / 2;
  const endY = row === -1 ? to.y + CARD.head / 2 : to.y + CARD.head + row * CARD.row + CARD.row / 2;
  const bend = Math.max(CARD.gapX / 2, (to.x - startX) / 2);
  return `M ${startX} ${startY} C ${startX + bend} ${startY}, ${to.x - bend} ${endY}, ${to.x - 6} ${endY}`;
}

function copiesFrom(instruction: string, stage: BuildStage): boolean {
  const names = [...instruction.matchAll(/(?:--from=|\bfrom=)([^,\s]+)/g)].map((match) => match[1]?.toLowerCase());
  return names.includes(stage.name ?? '') || names.includes(String(stage.index));
}
