import { type DynamicModule, Module } from '@nestjs/common';
import { HealthController } from './api/health.controller.js';
import { Live } from './api/live.js';
import { LiveController } from './api/live.controller.js';
import { OpenApiController } from './api/openapi.controller.js';
import { PageController } from './api/page.controller.js';
import { QueryController } from './api/query.controller.js';
import { SavedQueries } from './api/saved-queries.js';
import { SavedQueriesController } from './api/saved-queries.controller.js';
import { TracesController } from './api/traces.controller.js';
import { Intake } from './receiver/intake.js';
import { OtlpController } from './receiver/otlp.controller.js';
import type { Store } from './store/remote.js';
import { CONFIG, STORE } from './tokens.js';
import type { TraceViewerConfig } from './trace-viewer.config.js';

@Module({})
export class TraceViewerModule {
  static with(config: TraceViewerConfig, store: Store): DynamicModule {
    return {
      module: TraceViewerModule,
      controllers: [
        OtlpController,
        TracesController,
        QueryController,
        SavedQueriesController,
        LiveController,
        HealthController,
        OpenApiController,
        // Last: it answers every other GET.
        PageController,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: STORE, useValue: store },
        { provide: Intake, useFactory: () => new Intake(config.queueBytes) },
        { provide: SavedQueries, useFactory: () => new SavedQueries(config.queriesDir) },
        Live,
      ],
    };
  }
}
