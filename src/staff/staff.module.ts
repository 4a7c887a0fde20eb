import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ConversationsModule } from '../conversations/index.js';
import { ColleaguesService } from './colleagues.service.js';
import { JoiningService } from './joining.service.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { PasswordsService } from './passwords.service.js';
import { SessionsController } from './sessions.controller.js';
import { SignInController } from './sign-in.controller.js';
import { SignInService } from './sign-in.service.js';
import { SignInThrottleService } from './sign-in-throttle.service.js';
import { STAFF_LINK, StaffLinkSchema } from './staff-link.schema.js';
import { StaffLinksRepository } from './staff-links.repository.js';
import { StaffErasureService } from './staff-erasure.service.js';
import { StaffController } from './staff.controller.js';
import { StaffRepository } from './staff.repository.js';
import { STAFF, StaffSchema } from './staff.schema.js';
import { StaffService } from './staff.service.js';

/** The people who may sign in, in the store. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: STAFF, schema: StaffSchema },
      { name: STAFF_LINK, schema: StaffLinkSchema },
    ]),
  ],
  providers: [StaffRepository, StaffLinksRepository, StaffErasureService, ColleaguesService],
  exports: [StaffRepository, StaffLinksRepository, StaffErasureService, ColleaguesService],
})
export class StaffModule {}

/** `/auth/*` and `/staff`: people, and how they come in. */
@Module({
  imports: [StaffModule, ConversationsModule],
  controllers: [SignInController, SessionsController, StaffController],
  providers: [PasswordsService, SignInThrottleService, SignInService, JoiningService, OwnSessionsService, StaffService],
})
export class StaffApiModule {}
