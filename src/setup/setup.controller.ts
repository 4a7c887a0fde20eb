import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForOwners, Scope, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { SetupResponse } from './setup.dto.js';
import { SetupService } from './setup.service.js';

@ApiTags('Setup')
@Controller('setup')
export class SetupController {
  constructor(private readonly setup: SetupService) {}

  @Get()
  @ForOwners()
  @ApiOperation({
    summary: 'What is still to be done until messages arrive and are answered',
    description:
      'Each step is proved by what the server sees: it asks its own public address, Meta’s question about the webhook ' +
      'and the model provider (with the checks of `npm run doctor`, at most twice a minute), and looks at the accounts.',
  })
  @ApiOkResponse({ type: SetupResponse })
  @ApiErrors(401, 403, 429, 503)
  async look(@Scope() scope: TenantScope): Promise<SetupResponse> {
    return { success: true, data: await this.setup.look(scope) };
  }
}
