import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DmEditService } from './dm-edit.service.js';
import { DmListService } from './dm-list.service.js';
import { DmRoutes } from './dm-routes.js';
import { DmSendService } from './dm-send.service.js';

/** The same for all channels. */
@ApiTags('Messages')
@Controller('messages')
export class MessagesController extends DmRoutes {
  protected readonly path = 'messages';
  protected readonly usualChannel = undefined;

  constructor(lists: DmListService, sends: DmSendService, edits: DmEditService) {
    super(lists, sends, edits);
  }
}
