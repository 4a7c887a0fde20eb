import { DeleteObjectsCommand, GetObjectCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { AppConfig } from '../config/index.js';

/** How long a link to a copy works. */
export const linkTtlS = 300;

const noBucket = 'no bucket is configured (S3_BUCKET_NAME)';

/**
 * S3, or anything that speaks it (`AWS_ENDPOINT_URL_S3`). Links are signed for the address at which browsers reach it
 * (`S3_PUBLIC_ENDPOINT`): the host is a part of what is signed.
 */
@Injectable()
export class MediaStorageService implements OnApplicationShutdown {
  private readonly client?: S3Client;
  private readonly signer?: S3Client;
  private readonly bucket: string;

  constructor(config: AppConfig) {
    this.bucket = config.S3_BUCKET_NAME ?? '';
    if (!config.S3_BUCKET_NAME) return;
    const { AWS_ENDPOINT_URL_S3: endpoint, S3_PUBLIC_ENDPOINT: publicEndpoint = endpoint } = config;
    this.client = clientAt(endpoint, config);
    this.signer = publicEndpoint === endpoint ? this.client : clientAt(publicEndpoint, config);
  }

  /** Whether a bucket is configured. */
  get isConfigured(): boolean {
    return this.client !== undefined;
  }

  /** @throws when the bucket is not there, or does not let us in */
  async check(): Promise<void> {
    await this.s3().send(new HeadBucketCommand({ Bucket: this.bucket }));
  }

  /** Streams a body of unknown length into the bucket; nothing is left behind when it fails. */
  async put(key: string, body: Readable, contentType: string): Promise<void> {
    const upload = new Upload({
      client: this.s3(),
      params: { Bucket: this.bucket, Key: key, Body: body, ContentType: contentType, ContentDisposition: 'attachment' },
    });
    await upload.done();
  }

  async remove(keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    const removed = await this.s3().send(
      new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
    );
    if (removed.Errors?.length)
      throw new Error(`${removed.Errors.length} media copies could not be removed: ${removed.Errors[0]?.Code}`);
  }

  /**
   * Opens a copy, or a part of it.
   * @throws what the storage says, of a range beyond the end too
   */
  async open(key: string, range?: string): Promise<{ body: Readable; contentLength?: number; contentRange?: string }> {
    const { Body, ContentLength, ContentRange } = await this.s3().send(
      new GetObjectCommand({ Bucket: this.bucket, Key: key, ...(range === undefined ? {} : { Range: range }) }),
    );
    return {
      body: Body as Readable,
      ...(ContentLength === undefined ? {} : { contentLength: ContentLength }),
      ...(ContentRange === undefined ? {} : { contentRange: ContentRange }),
    };
  }

  /** A link that works for {@link linkTtlS} seconds. */
  async link(key: string): Promise<string> {
    if (!this.signer) throw new Error(noBucket);
    return getSignedUrl(this.signer, new GetObjectCommand({ Bucket: this.bucket, Key: key }), { expiresIn: linkTtlS });
  }

  onApplicationShutdown(): void {
    this.client?.destroy();
    this.signer?.destroy();
  }

  private s3(): S3Client {
    if (!this.client) throw new Error(noBucket);
    return this.client;
  }
}

function clientAt(endpoint: string | undefined, config: AppConfig): S3Client {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret } = config;
  return new S3Client({
    region: config.AWS_REGION,
    maxAttempts: 3,
    requestHandler: { requestTimeout: 30_000, connectionTimeout: 3_000 },
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Without keys the SDK looks for a role of the machine, as a deployment on AWS has one.
    ...(accessKeyId && secret ? { credentials: { accessKeyId, secretAccessKey: secret.reveal() } } : {}),
  });
}
