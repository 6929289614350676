import type { FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** Token of {@link microservicesInstrumentation}. */
export const MICROSERVICES_INSTRUMENTATION = Symbol('cruddur.telemetry.microservices');

/**
 * Traces every `ClientProxy` of the process and every microservice of this application, hybrid or not. Does
 * nothing where @nestjs/microservices is not installed; where it is, Nest itself has loaded it already.
 *
 * @param modules of the application; servers are found through it whenever they are created, before or after
 */
export async function instrumentMicroservices(modules: ModulesContainer): Promise<void> {
  if (!(await isInstalled())) return;
  const [{ instrumentClients }, { instrumentServer }, { recordRpcErrors }, { keepInterceptorsContext }] =
    await Promise.all([
      import('./client.instrumentation.js'),
      import('./server.instrumentation.js'),
      import('./record-rpc-errors.js'),
      import('./keep-interceptors-context.js'),
    ]);
  instrumentClients();
  recordRpcErrors();
  keepInterceptorsContext();
  modules.getRpcTargetRegistry<object>().subscribe(instrumentServer);
}

async function isInstalled(): Promise<boolean> {
  try {
    await import('@nestjs/microservices');
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'@nestjs/microservices'")) return false;
    throw error;
  }
}

/**
 * For the providers of a module. A factory that Nest awaits: clients are traced before any of the
 * application's lifecycle hooks can send.
 */
export const microservicesInstrumentation: FactoryProvider<Promise<boolean>> = {
  provide: MICROSERVICES_INSTRUMENTATION,
  inject: [ModulesContainer],
  useFactory: async (modules: ModulesContainer) => {
    await instrumentMicroservices(modules);
    return true;
  },
};
