// News from the server, as they happen; what was missed while away is asked for again.
import { Progress } from './arriving';

export interface RunNews {
  id: string;
  status: string;
  ok: number;
  failed: number;
  skipped: number;
}

export interface Ears {
  news(run: RunNews | null): void; // null: anything else was written
  link(isOpen: boolean): void;
  progress(progress: Progress): void;
}

export function listen(ears: Ears): void {
  const events = new EventSource('/events');
  let wasOpen = false;
  events.addEventListener('open', () => {
    ears.link(true);
    if (wasOpen) ears.news(null);
    wasOpen = true;
  });
  events.addEventListener('error', () => ears.link(false));
  events.addEventListener('run', (event) => ears.news(JSON.parse((event as MessageEvent<string>).data) as RunNews));
  events.addEventListener('progress', (event) => ears.progress(JSON.parse((event as MessageEvent<string>).data) as Progress));
  events.addEventListener('change', () => ears.news(null));
}

/** Calls `work` soon, and at most once in `wait` ms; never two at a time. */
export function calmly(work: () => Promise<void>, wait: number): () => void {
  let due = 0, isBusy = false, isAsked = false;
  const go = async () => {
    due = 0;
    if (isBusy) {
      isAsked = true;
      return;
    }
    isBusy = true;
    try {
      await work();
    } catch {
      // The server is away; its return is news.
    }
    isBusy = false;
    if (isAsked) soon();
    isAsked = false;
  };
  const soon = () => {
    if (!due) due = window.setTimeout(() => void go(), wait);
  };
  return soon;
}
