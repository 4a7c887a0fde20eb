import { Injectable } from '@nestjs/common';
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  handleWhen,
  SamplingBreaker,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { metrics } from '../../observability/index.js';

/** The circuit is open: the call was not made. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
}

/** An account that hangs must not take every worker: this many calls of one account at once per process. */
const maxConcurrent = 16;
const openMs = 10_000;

interface Circuit {
  policy: CircuitBreakerPolicy;
  running: number;
  /** `performance.now()`; from then on one call may probe. */
  openUntil: number;
}

/** One circuit per host and account: trouble with one never slows another. */
@Injectable()
export class SendCircuitsService {
  private readonly circuits = new LRUCache<string, Circuit>({ max: 20_000 });

  /** @returns ms to wait before trying, 0 when a call may be made now */
  waitMs(host: string, accountId: string): number {
    const { policy, running, openUntil } = this.circuitOf(host, accountId);
    if (policy.state === CircuitState.Open) return Math.max(0, openUntil - performance.now());
    const probing = policy.state === CircuitState.HalfOpen && running > 0;
    return probing || running >= maxConcurrent ? 100 + Math.random() * 200 : 0;
  }

  /**
   * Makes the call unless the circuit is open.
   * @param isOutage whether a result means that the host or the account's way there is in trouble
   * @throws {CircuitOpenError} the call was not made
   */
  async run<T>(host: string, accountId: string, call: () => Promise<T>, isOutage: (result: T) => boolean): Promise<T> {
    const circuit = this.circuitOf(host, accountId);
    circuit.running++;
    try {
      return await circuit.policy.execute(async () => {
        const result = await call();
        if (isOutage(result)) throw new OutageError(result);
        return result;
      });
    } catch (error) {
      if (error instanceof OutageError) return error.result as T;
      if (error instanceof BrokenCircuitError) throw new CircuitOpenError('the circuit is open', { cause: error });
      throw error;
    } finally {
      circuit.running--;
    }
  }

  private circuitOf(host: string, accountId: string): Circuit {
    const key = `${host} ${accountId}`;
    const known = this.circuits.get(key);
    if (known) return known;
    const policy = circuitBreaker(
      handleWhen((error) => error instanceof OutageError),
      {
        halfOpenAfter: openMs,
        breaker: new SamplingBreaker({ threshold: 0.7, duration: 30_000, minimumRps: 0.3 }),
      },
    );
    const circuit: Circuit = { policy, running: 0, openUntil: 0 };
    policy.onBreak(() => {
      if (circuit.openUntil === 0) metrics.breaker.inc({ host });
      circuit.openUntil = performance.now() + openMs;
    });
    policy.onReset(() => {
      metrics.breaker.dec({ host });
      circuit.openUntil = 0;
    });
    this.circuits.set(key, circuit);
    return circuit;
  }
}

/** Carries a failed result through the policy, which only sees what is thrown. */
class OutageError extends Error {
  constructor(readonly result: unknown) {
    super('outage');
  }
}
