import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';

const namePattern = /^\S(?:[^\n\r]{0,38}\S)?$/;
const nameRule = { message: 'expected 1 to 40 characters on one line, no space at either end' };
const colorPattern = /^#[0-9a-f]{6}$/;
const colorRule = { message: 'expected a color as #1f77b4' };

export class NewLabelRequest {
  @ApiProperty({ maxLength: 40, example: 'Wedding' })
  @Matches(namePattern, nameRule)
  name!: string;

  @ApiProperty({ description: 'In small letters', example: '#1f77b4' })
  @Matches(colorPattern, colorRule)
  color!: string;
}

export class ChangeLabelRequest {
  @ApiPropertyOptional({ maxLength: 40, example: 'Wedding' })
  @MayBeAbsent()
  @Matches(namePattern, nameRule)
  name?: string;

  @ApiPropertyOptional({ description: 'In small letters', example: '#1f77b4' })
  @MayBeAbsent()
  @Matches(colorPattern, colorRule)
  color?: string;
}

export class LabelView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ example: 'Wedding' })
  name!: string;

  @ApiProperty({ example: '#1f77b4' })
  color!: string;
}

export class LabelResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: LabelView })
  data!: LabelView;
}

export class LabelListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [LabelView], description: 'By name' })
  data!: LabelView[];
}

export class DeskDoneResponse {
  @ApiProperty({ enum: [true] })
  success!: true;
}
