import { Observable, useObservable } from './observable.js';

const said = new Observable('');

/** Says a sentence to who listens instead of looks. One voice for the whole page: several drown each other. */
export function announce(sentence: string): void {
  said.set(said.get() === sentence ? `${sentence}\u00a0` : sentence);
}

export function Announcer() {
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {useObservable(said)}
    </div>
  );
}
