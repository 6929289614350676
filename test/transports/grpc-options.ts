import { fileURLToPath } from 'node:url';
import { type GrpcOptions, Transport } from '@nestjs/microservices';

export function grpcOptions(): GrpcOptions {
  const protoPath = fileURLToPath(new URL('greeter.proto', import.meta.url));
  const url = `127.0.0.1:${process.env.TEST_GRPC_PORT}`;
  return { transport: Transport.GRPC, options: { package: 'greeter', protoPath, url } };
}
