import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, CallerSession, ForAdmins, ForAnyone, Public, sessionCookie, type Principal } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { ApiErrors } from '../errors/index.js';
import { JoiningService } from './joining.service.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { SignInService, type Browser, type SignedIn } from './sign-in.service.js';
import { AcceptInviteRequest, ChangePasswordRequest, FirstAdminRequest, SignInRequest } from './staff.dto.js';
import {
  DoneResponse,
  meResponse,
  MeResponse,
  newLinkView,
  NewLinkResponse,
  welcomeResponse,
} from './staff.responses.js';
import { StaffService } from './staff.service.js';

/** Signing in and out at a browser: the session's token travels in a cookie that no script can read. */
@ApiTags('Sign-in')
@Controller('auth')
export class SignInController {
  constructor(
    private readonly signIns: SignInService,
    private readonly joining: JoiningService,
    private readonly staff: StaffService,
    private readonly sessions: OwnSessionsService,
    private readonly config: AppConfig,
  ) {}

  @Public() // the password protects it, and SignInThrottleService how often one may be tried
  @Post('sign-in')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in', description: 'Sets the cookie of a session: 12 hours unused, 14 days at most.' })
  @ApiOkResponse({ type: MeResponse })
  @ApiErrors(400, 401, 413, 415, 429, 503)
  async signIn(
    @Body() body: SignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MeResponse> {
    return this.welcome(reply, await this.signIns.signIn(body, browserOf(request)));
  }

  @ForAnyone()
  @Post('sign-out')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign out here', description: 'Ends the session and takes the cookie away.' })
  @ApiOkResponse({ type: DoneResponse })
  @ApiErrors(401, 403, 429, 503)
  async signOut(
    @Caller() caller: Principal,
    @CallerSession() sessionId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneResponse> {
    await this.sessions.signOut(caller, sessionId);
    void reply.header('set-cookie', sessionCookie('', 0, this.config.API_URL));
    return { success: true };
  }

  @ForAnyone()
  @Get('me')
  @ApiOperation({ summary: 'Who I am, for whom, and what I may do' })
  @ApiOkResponse({ type: MeResponse })
  @ApiErrors(401, 429, 503)
  async me(@Caller() caller: Principal): Promise<MeResponse> {
    return meResponse(caller, await this.staff.self(caller));
  }

  @ForAnyone()
  @Post('password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change my password',
    description: 'Signs the person out everywhere else, and gives this browser a new session.',
  })
  @ApiOkResponse({ type: MeResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async changePassword(
    @Caller() caller: Principal,
    @Body() body: ChangePasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MeResponse> {
    return this.welcome(reply, await this.signIns.changePassword(caller, body, browserOf(request)));
  }

  @ForAdmins()
  @Post('first-admin/link')
  @ApiOperation({
    summary: 'A link for the first person who signs in',
    description:
      'As long as nobody can sign in: whoever can make an admin’s token may hand it out. Good once, for 24 hours; a new one ' +
      'replaces it. `npm start` prints one, `npm run first-admin` makes one.',
  })
  @ApiCreatedResponse({ type: NewLinkResponse })
  @ApiErrors(401, 403, 409, 429, 503)
  async firstAdminLink(@Caller() caller: Principal): Promise<NewLinkResponse> {
    return { success: true, data: newLinkView(await this.joining.firstAdminLink(caller)) };
  }

  @Public() // the link's token protects it: 24 random bytes, good once
  @Post('first-admin')
  @ApiOperation({ summary: 'Become the first administrator', description: 'By the link; signs them in.' })
  @ApiCreatedResponse({ type: MeResponse })
  @ApiErrors(400, 409, 413, 415, 429, 503)
  async firstAdmin(
    @Body() body: FirstAdminRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MeResponse> {
    return this.welcome(reply, await this.joining.beFirstAdmin(body, browserOf(request)));
  }

  @Public() // the invitation's token protects it: 24 random bytes, good once
  @Post('invites/accept')
  @ApiOperation({ summary: 'Accept an invitation', description: 'Makes the person, and signs them in.' })
  @ApiCreatedResponse({ type: MeResponse })
  @ApiErrors(400, 409, 413, 415, 429, 503)
  async accept(
    @Body() body: AcceptInviteRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MeResponse> {
    return this.welcome(reply, await this.joining.accept(body, browserOf(request)));
  }

  private welcome(reply: FastifyReply, { person, session }: SignedIn): MeResponse {
    void reply.header('set-cookie', sessionCookie(session.token, session.maxAgeS, this.config.API_URL));
    return welcomeResponse(person);
  }
}

function browserOf({ ip, headers }: FastifyRequest): Browser {
  return { address: ip, userAgent: headers['user-agent'] ?? '' };
}
