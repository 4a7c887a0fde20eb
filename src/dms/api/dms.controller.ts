import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { firstChannel } from '../../channels/index.js';
import { DmEditService } from './dm-edit.service.js';
import { DmListService } from './dm-list.service.js';
import { DmRoutes } from './dm-routes.js';
import { DmSendService } from './dm-send.service.js';

/** The contract's routes: of Instagram, unless `platform` says otherwise. */
@ApiTags('Instagram DMs')
@Controller('instagram-dms')
export class DmsController extends DmRoutes {
  protected readonly path = 'instagram-dms';
  protected readonly usualChannel = firstChannel;

  constructor(lists: DmListService, sends: DmSendService, edits: DmEditService) {
    super(lists, sends, edits);
  }
}
