// What a run tells while it goes on: which benchmark it measures, and the samples that have come so far.
import { densityChart } from './charts/density';
import { breakable, clean, h, plural } from './dom';
import { Packed, unpack } from './model';

/** "assay.progress/1". */
export interface Progress {
  run: string;
  index: number;
  count: number;
  benchmark: string;
  launch: number;
  launches: number;
  taken: number;
  samples: Packed | null;
}

/** Where a run stands, in a few words. */
export function standing(progress: Progress): string {
  return `benchmark ${progress.index + 1} of ${progress.count}, ${progress.launch} of ${plural(progress.launches, 'launch', 'launches')}`;
}

export class Arriving {
  readonly element = h('section', { class: 'panel arriving', 'aria-label': 'Being measured', hidden: true });

  show(progress: Progress): void {
    this.element.hidden = false;
    this.element.replaceChildren(h('h2', null, 'Being measured: ', h('code', null, breakable(clean(progress.benchmark)))),
      h('p', { class: 'soft small' }, `${standing(progress)}${progress.taken ? `, ${plural(progress.taken, 'sample')} so far` : ''}`, ' ',
        h('progress', { max: progress.launches || 1, value: progress.launch, 'aria-label': 'Launches of this benchmark' })),
      progress.samples ? densityChart(unpack(progress.samples), undefined) : h('p', { class: 'soft small' }, 'The first launch is under way.'));
  }

  hide(): void {
    this.element.hidden = true;
  }
}
