import { AppError, ConflictError } from '../../errors/index.js';

/** The account has as many documents as it may have. */
export class KnowledgeFullError extends ConflictError {
  override readonly code = 'knowledge_full';
}

/** An upload that is no form with a file, or a file of a type that can't be read. */
export class UnreadableFileError extends AppError {
  readonly status = 415;
  readonly code = 'unsupported_media_type';
  override readonly logLevel = 'debug';
}
