import { Injectable } from '@nestjs/common';

/** Of the jobs that a process takes at once; a steady stream leaves a few waiting for the transaction under way. */
const manyJobs = 32;

/**
 * How far storing is behind in this process. What is not stored nobody sees, and each answer costs as much as storing
 * dozens of messages: those who answer hold back meanwhile.
 */
@Injectable()
export class IngestLoadService {
  private jobs = 0;

  get isBehind(): boolean {
    return this.jobs > manyJobs;
  }

  async during<T>(job: () => Promise<T>): Promise<T> {
    this.jobs++;
    try {
      return await job();
    } finally {
      this.jobs--;
    }
  }
}
