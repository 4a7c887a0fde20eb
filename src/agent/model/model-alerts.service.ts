import { Injectable, Logger } from '@nestjs/common';
import { AlertsService, type AlertKind } from '../../accounts/index.js';
import type { ModelFailure } from './model-errors.js';

/** The key is one for all models. */
const credit = 'credit';

/** Tells the operator of the server what only they can mend: credit that is used up, a model that is gone. */
@Injectable()
export class ModelAlertsService {
  private readonly logger = new Logger(ModelAlertsService.name);
  /** What is known not to stand; what another process raised is found out once. */
  private readonly known = new Set<string>();

  constructor(private readonly alerts: AlertsService) {}

  /** Not awaited: no customer waits for it. */
  noteFailure(failure: ModelFailure, model: string): void {
    if (failure === 'quota') {
      const text =
        'The model’s provider takes no more calls: the credit is used up. Pay, or set another OPENAI_API_KEY.';
      this.raise('model_quota', credit, text);
    }
    if (failure === 'gone') {
      const text = `The model ${model} does not exist (any more). Set OPENAI_MODEL, or the accounts’ model, to another.`;
      this.raise('model_gone', model, text);
    }
  }

  noteAnswered(model: string): void {
    this.clear('model_quota', credit);
    this.clear('model_gone', model);
  }

  private raise(kind: AlertKind, about: string, text: string): void {
    this.known.delete(`${kind}:${about}`);
    this.alerts.raise(kind, { about, text }).catch((error: unknown) => this.couldNot(kind, error));
  }

  private clear(kind: AlertKind, about: string): void {
    const key = `${kind}:${about}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.alerts.clear(kind, about).catch((error: unknown) => {
      this.known.delete(key);
      this.couldNot(kind, error);
    });
  }

  private couldNot(kind: AlertKind, error: unknown): void {
    this.logger.warn({ msg: 'an alert was not written', alert: kind, err: error });
  }
}
