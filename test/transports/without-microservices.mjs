// Node finds @nestjs/microservices nowhere, as in an application that did not install it.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isAbsent = specifier === '@nestjs/microservices' || specifier.startsWith('@nestjs/microservices/');
    return nextResolve(specifier, isAbsent ? { ...context, parentURL: 'file:///nowhere/index.js' } : context);
  },
});
