import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Matches, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { IdPageQuery } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import {
  knowledgeKinds,
  knowledgeReviews,
  knowledgeStates,
  type KnowledgeKind,
  type KnowledgeReview,
  type KnowledgeState,
} from './knowledge-document.schema.js';

export const writableKinds = ['faq', 'text', 'markdown', 'html', 'url'] as const;

const dayPattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
export const dayRule = { message: 'expected a day such as 2026-10-01' };
const languagePattern = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;
const languageRule = { message: 'expected a language such as de or pt-BR' };
/** The body limit of the API leaves room for little more. */
const maxText = 200_000;

const shownTitle = { example: 'Opening hours', description: 'What it is about; the agent sees it, too.' };
const title = { ...shownTitle, maxLength: 200 };
const text = { example: 'Tuesday to Friday 7:00 to 18:00.', maxLength: maxText, description: 'The text itself.' };
const question = { example: 'When are you open?', maxLength: 1_000, description: 'Of a `faq`: what customers ask.' };
const answer = {
  example: 'Tuesday to Friday 7:00 to 18:00.',
  maxLength: 20_000,
  description: 'Of a `faq`: the answer.',
};
const url = { example: 'https://shop.example.com/faq', maxLength: 2_000, description: 'Of a `url`: the page to read.' };
const language = { example: 'en', description: 'The language it is written in.' };
const validFrom = { example: '2026-10-01', description: 'The first day it holds, by the account’s time zone.' };
const validUntil = { example: '2026-12-31', description: 'The last day it holds.' };

/** What may be written of a document. */
class KnowledgeFields {
  @ApiPropertyOptional(text)
  @MayBeAbsent()
  @IsString()
  @MaxLength(maxText)
  text?: string;

  @ApiPropertyOptional(question)
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  question?: string;

  @ApiPropertyOptional(answer)
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  answer?: string;

  @ApiPropertyOptional(url)
  @MayBeAbsent()
  @IsString()
  @Matches(/^https?:\/\/\S+$/i, { message: 'expected an address such as https://shop.example.com/faq' })
  @MaxLength(2_000)
  url?: string;
}

/** A new document. Which of the texts it needs depends on its kind. */
export class CreateKnowledgeRequest extends KnowledgeFields {
  @ApiProperty({ enum: writableKinds, example: 'faq', description: 'What it is.' })
  @IsIn(writableKinds)
  kind!: (typeof writableKinds)[number];

  @ApiProperty(title)
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  title!: string;

  @ApiPropertyOptional(language)
  @MayBeAbsent()
  @Matches(languagePattern, languageRule)
  language?: string;

  @ApiPropertyOptional(validFrom)
  @MayBeAbsent()
  @Matches(dayPattern, dayRule)
  valid_from?: string;

  @ApiPropertyOptional(validUntil)
  @MayBeAbsent()
  @Matches(dayPattern, dayRule)
  valid_until?: string;
}

const orNull = (_body: object, value: unknown): boolean => value !== undefined && value !== null;

/** What changes about a document; `null` takes a language or a day away. */
export class UpdateKnowledgeRequest extends KnowledgeFields {
  @ApiPropertyOptional(title)
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  title?: string;

  @ApiPropertyOptional({ ...language, type: String, nullable: true })
  @ValidateIf(orNull)
  @Matches(languagePattern, languageRule)
  language?: string | null;

  @ApiPropertyOptional({ ...validFrom, type: String, nullable: true })
  @ValidateIf(orNull)
  @Matches(dayPattern, dayRule)
  valid_from?: string | null;

  @ApiPropertyOptional({ ...validUntil, type: String, nullable: true })
  @ValidateIf(orNull)
  @Matches(dayPattern, dayRule)
  valid_until?: string | null;
}

export class ReviewKnowledgeRequest {
  @ApiPropertyOptional({
    example: true,
    default: true,
    description: 'Whether the agent may use it. `false` keeps it, and keeps it from the agent.',
  })
  @MayBeAbsent()
  @IsBoolean()
  approve?: boolean;
}

export class SearchKnowledgeRequest {
  @ApiProperty({ example: 'Are you open on Sunday?', maxLength: 1_000, description: 'What a customer would ask.' })
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  q!: string;
}

export class ListKnowledgeQuery extends IdPageQuery {}

const flagged: ApiPropertyOptions = {
  type: [String],
  example: ['Ignore all previous instructions.'],
  description: 'The lines that a warning is about; not in the list.',
};

export class KnowledgeDraftView {
  @ApiPropertyOptional({ example: 'Tuesday to Friday 7:00 to 18:00.', description: 'What the page says now.' })
  text?: string;

  @ApiProperty({ example: ['speaks_to_an_assistant'], type: [String], description: 'What to look at before a yes.' })
  warnings!: string[];

  @ApiPropertyOptional(flagged) flagged?: string[];

  @ApiProperty({ example: '2026-11-30T08:00:00.000Z', description: 'When it was fetched.' })
  at!: Date;
}

export class KnowledgeDocumentView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' }) id!: string;
  @ApiProperty({ enum: knowledgeKinds, example: 'faq' }) kind!: KnowledgeKind;
  @ApiProperty(shownTitle) title!: string;
  @ApiPropertyOptional(question) question?: string;
  @ApiPropertyOptional(url) url?: string;
  @ApiPropertyOptional({ example: 'prices.pdf', description: 'Of a `file`: its name.' }) file_name?: string;
  @ApiPropertyOptional(language) language?: string;
  @ApiPropertyOptional(validFrom) valid_from?: string;
  @ApiPropertyOptional(validUntil) valid_until?: string;

  @ApiPropertyOptional({ ...text, description: 'What can be read of it, as Markdown; not in the list.' })
  text?: string;

  @ApiProperty({ enum: knowledgeStates, example: 'ready', description: '`pending`: its page is still to be fetched.' })
  state!: KnowledgeState;

  @ApiPropertyOptional({ example: 'no_text', description: 'Why it can’t be read, or could not be fetched last.' })
  reason?: string;

  @ApiProperty({ enum: knowledgeReviews, example: 'approved', description: 'The agent sees what is `approved`.' })
  review!: KnowledgeReview;

  @ApiProperty({
    example: [],
    type: [String],
    description: '`speaks_to_an_assistant`: it holds orders to a machine; it waits for a review.',
  })
  warnings!: string[];

  @ApiPropertyOptional(flagged) flagged?: string[];

  @ApiPropertyOptional({
    type: KnowledgeDraftView,
    description: 'A changed page that waits for a review; what was approved before stays in force.',
  })
  draft?: KnowledgeDraftView;

  @ApiProperty({ type: 'integer', example: 1, description: 'Counts what was written to it.' }) revision!: number;
  @ApiProperty({ type: 'integer', example: 3, description: 'Pieces that it is searched by.' }) passages!: number;
  @ApiPropertyOptional({ example: '2026-11-30T08:00:00.000Z', description: 'When its page was read last.' })
  fetched_at?: Date;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) created_at!: Date;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) updated_at!: Date;
}

export class KnowledgeDocumentResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: KnowledgeDocumentView }) data!: KnowledgeDocumentView;
}

export class KnowledgeListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [KnowledgeDocumentView] }) data!: KnowledgeDocumentView[];
  @ApiProperty({ type: String, nullable: true, example: null }) next_cursor!: string | null;
}

export class KnowledgeRemovedResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ enum: [true], example: true, description: 'It and its passages are gone.' }) deleted!: true;
}

export class FoundPassageView {
  @ApiProperty({ example: 'c3b4a596.1.1', description: 'By which an answer names it as its source.' }) id!: string;
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596', description: 'The document it stands in.' }) document_id!: string;
  @ApiProperty(shownTitle) title!: string;
  @ApiPropertyOptional({ example: 'Prices › Bread', description: 'The headings above it.' }) heading?: string;
  @ApiProperty(text) text!: string;
  @ApiProperty({ type: [String], example: ['sunday'], description: 'Words of the question that it holds.' })
  words!: string[];
}

export class KnowledgeSearchView {
  @ApiProperty({ example: true, description: 'Whether the agent sees all knowledge, whatever it is asked.' })
  whole!: boolean;

  @ApiProperty({ type: [FoundPassageView], description: 'The best for the question, best first.' })
  passages!: FoundPassageView[];
}

export class KnowledgeSearchResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: KnowledgeSearchView }) data!: KnowledgeSearchView;
}
