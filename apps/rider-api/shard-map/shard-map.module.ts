import { Module } from '@nestjs/common';
import { ShardMapReader } from './shard-map-reader.ts';

@Module({ providers: [ShardMapReader], exports: [ShardMapReader] })
export class ShardMapModule {}
