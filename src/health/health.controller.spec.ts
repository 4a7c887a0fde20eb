import type { FastifyReply } from 'fastify';
import type { AppConfig } from '../config/index.js';
import { HealthController } from './health.controller.js';
import type { HealthResponse } from './health.dto.js';
import type { HealthService } from './health.service.js';

type Status = HealthResponse['status'];

async function answers(status: Status, carriesApi: boolean): Promise<{ health: number; ready: number }> {
  const health = { check: async () => ({ status }) } as unknown as HealthService;
  const controller = new HealthController(health, { carriesApi } as AppConfig);
  const statusOf = async (ask: 'report' | 'ready'): Promise<number> => {
    let answered = 200;
    await controller[ask]({ status: (code: number) => (answered = code) } as unknown as FastifyReply);
    return answered;
  };
  return { health: await statusOf('report'), ready: await statusOf('ready') };
}

describe('HealthController', () => {
  it.each<[Status, { health: number; ready: number }, string]>([
    ['healthy', { health: 200, ready: 200 }, 'all is well'],
    ['degraded', { health: 503, ready: 200 }, 'Redis is away and deliveries are still taken'],
    ['unhealthy', { health: 503, ready: 503 }, 'MongoDB is away'],
    ['stopping', { health: 503, ready: 503 }, 'it stops'],
  ])('answers for a process with the API that is %s with %j: %s', async (status, expected) => {
    expect(await answers(status, true)).toEqual(expected);
  });

  it.each<[Status, { health: number; ready: number }]>([
    ['healthy', { health: 200, ready: 200 }],
    ['degraded', { health: 503, ready: 503 }],
    ['unhealthy', { health: 503, ready: 503 }],
    ['stopping', { health: 503, ready: 503 }],
  ])('answers for a worker alone that is %s with %j: without Redis it has no work', async (status, expected) => {
    expect(await answers(status, false)).toEqual(expected);
  });
});
