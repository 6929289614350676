import 'reflect-metadata';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Module,
  type NestInterceptor,
  type PipeTransform,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, type MicroserviceOptions, Payload, RpcException } from '@nestjs/microservices';
import { TelemetryModule, getCurrentTraceId, withSpan } from '@cruddur/telemetry';
import { propagation, context } from '@opentelemetry/api';
import { type Observable, delay, map, of, take, throwError, timer } from 'rxjs';

/** What each part of Nest's pipeline, in the order in which they run, saw of the trace. */
interface Message {
  number: number;
  seen?: Record<string, string | undefined>;
}

const see = (message: Message, part: string) => {
  message.seen = { ...message.seen, [part]: getCurrentTraceId() };
};

class SeeingGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    see(execution.switchToRpc().getData<Message>(), 'guard');
    return true;
  }
}

class SeeingPipe implements PipeTransform<Message, Message> {
  transform(message: Message): Message {
    see(message, 'pipe');
    return message;
  }
}

class SeeingInterceptor implements NestInterceptor<Message, Message> {
  intercept(execution: ExecutionContext, next: CallHandler<Message>): Observable<Message> {
    see(execution.switchToRpc().getData<Message>(), 'interceptor');
    return next.handle().pipe(
      delay(1),
      map((message) => ({ ...message, seen: { ...message.seen, reply: getCurrentTraceId() } })),
    );
  }
}

class HiddenDetail extends Error {}

@Catch(HiddenDetail)
class SeeingFilter implements ExceptionFilter {
  catch(_error: HiddenDetail, _host: ArgumentsHost): Observable<never> {
    return throwError(() => new RpcException({ status: 'refused', message: getCurrentTraceId() }).getError());
  }
}

@Controller()
class HandlerController {
  @MessagePattern('add')
  @UseGuards(SeeingGuard)
  @UseInterceptors(SeeingInterceptor)
  add(@Payload(SeeingPipe) message: Message): Observable<unknown> {
    see(message, 'handler');
    const user = propagation.getBaggage(context.active())?.getEntry('user.id')?.value;
    return withSpan('compute sum', () => of(message.number + 1).pipe(delay(2))).pipe(
      map((sum) => ({ sum, user, seen: { ...message.seen, operator: getCurrentTraceId() } })),
    );
  }

  @MessagePattern('count')
  count(@Payload() { number }: Message): Observable<{ index: number }> {
    return timer(0, 3).pipe(
      map((index) => ({ index: index + 1 })),
      take(number),
    );
  }

  @MessagePattern('fail')
  fail(): never {
    throw new TypeError('what really happened');
  }

  @MessagePattern('refuse')
  @UseFilters(SeeingFilter)
  async refuse(): Promise<never> {
    await Promise.resolve();
    throw new HiddenDetail('not for the caller');
  }

  @MessagePattern('dawdle')
  dawdle(): Observable<string> {
    return of('too late').pipe(delay(400));
  }

  @EventPattern('created')
  async created(@Payload() _message: Message): Promise<void> {
    await withSpan('store activity', () => Promise.resolve());
  }

  @EventPattern('spoilt')
  spoilt(@Payload() _message: Message): void {
    throw new RangeError('cannot be stored');
  }
}

@Module({ imports: [TelemetryModule], controllers: [HandlerController] })
class HandlerModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(HandlerModule, {
  ...(JSON.parse(process.env.TEST_SERVER ?? '{}') as MicroserviceOptions),
  logger: ['fatal'],
});
app.enableShutdownHooks();
await app.listen();
process.send?.('ready');
