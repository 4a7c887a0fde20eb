import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule as NestConfigModule, registerAs } from '@nestjs/config';
import { Clock, SystemClock } from '#libs/clock';
import { AppConfig } from './settings.js';

/** Gives every module the checked settings and the clock. Global, because there is exactly one of each in a process. */
@Global()
@Module({})
export class ConfigModule {
  /** @param config from `readSettings`; @param clock a movable one in tests that live through months */
  static forRoot(config: AppConfig, clock: Clock = new SystemClock()): DynamicModule {
    const settings = registerAs('settings', () => config);
    return {
      module: ConfigModule,
      // The environment is read and checked before Nest starts, so that ROLE can decide which modules there are.
      imports: [NestConfigModule.forRoot({ load: [settings], ignoreEnvFile: true, ignoreEnvVars: true })],
      providers: [
        { provide: AppConfig, useExisting: settings.KEY },
        { provide: Clock, useValue: clock },
      ],
      exports: [AppConfig, Clock],
    };
  }
}
