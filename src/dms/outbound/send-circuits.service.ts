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

/**
 * One circuit per host and account: trouble with one never slows another. And one per host over all accounts: when Meta
 * itself is away, thousands of small accounts must not each find that out with messages whose fate nobody knows.
 */
@Injectable()
export class SendCircuitsService {
  private readonly circuits = new LRUCache<string, Circuit>({ max: 20_000 });

  /** @returns ms to wait before trying, 0 when a call may be made now */
  waitMs(host: string, accountId: string): number {
    const account = this.circuitOf(host, accountId);
    const openMs = Math.max(waitMs(this.circuitOf(host)), waitMs(account));
    return openMs > 0 || account.running < maxConcurrent ? openMs : aMomentMs();
  }

  /**
   * Makes the call unless the circuit is open.
   * @param isOutage whether a result means that the host or the account's way there is in trouble
   * @throws {CircuitOpenError} the call was not made
   */
  async run<T>(host: string, accountId: string, call: () => Promise<T>, isOutage: (result: T) => boolean): Promise<T> {
    const circuits = [this.circuitOf(host), this.circuitOf(host, accountId)] as const;
    // Asked of both before: a probe of the one that the other turns away would count as taken.
    if (circuits.some((circuit) => waitMs(circuit) > 0)) throw new CircuitOpenError('the circuit is open');
    const [whole, account] = circuits;
    circuits.forEach((circuit) => circuit.running++);
    try {
      return await whole.policy.execute(() =>
        account.policy.execute(async () => {
          const result = await call();
          if (isOutage(result)) throw new OutageError(result);
          return result;
        }),
      );
    } catch (error) {
      if (error instanceof OutageError) return error.result as T;
      if (error instanceof BrokenCircuitError) throw new CircuitOpenError('the circuit is open', { cause: error });
      throw error;
    } finally {
      circuits.forEach((circuit) => circuit.running--);
    }
  }

  /** @param accountId left out for the host's own */
  private circuitOf(host: string, accountId?: string): Circuit {
    const key = `${host} ${accountId ?? ''}`;
    const known = this.circuits.get(key);
    if (known) return known;
    const policy = circuitBreaker(
      handleWhen((error) => error instanceof OutageError),
      {
        halfOpenAfter: openMs,
        // An account that fails alone opens its own first, and is then no part of the host's.
        breaker: new SamplingBreaker({
          threshold: 0.7,
          duration: 30_000,
          minimumRps: accountId === undefined ? 0.6 : 0.3,
        }),
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

function waitMs({ policy, running, openUntil }: Circuit): number {
  if (policy.state === CircuitState.Open) return Math.max(0, openUntil - performance.now());
  return policy.state === CircuitState.HalfOpen && running > 0 ? aMomentMs() : 0;
}

const aMomentMs = (): number => 100 + Math.random() * 200;

/** Carries a failed result through the policy, which only sees what is thrown. */
class OutageError extends Error {
  constructor(readonly result: unknown) {
    super('outage');
  }
}
