import { telemetry } from '@cruddur/telemetry';
import { NestFactory } from '@nestjs/core';
console.log(telemetry, NestFactory);
