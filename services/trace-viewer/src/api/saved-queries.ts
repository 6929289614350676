import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { NotFoundError } from './problem.js';
import { Board, SavedQuery } from './schemas/query.js';
import type { SavedQueryList } from './schemas/results.js';

/** The files of queries/ and queries/boards/. Read anew each time: people edit them. */
@Injectable()
export class SavedQueries {
  constructor(private readonly directory: string) {}

  async list(): Promise<SavedQueryList> {
    const problems: SavedQueryList['problems'] = [];
    const queries = await this.#read(this.directory, '', SavedQuery, problems);
    const boards = await this.#read(join(this.directory, 'boards'), 'boards/', Board, problems);
    return { queries, boards, problems };
  }

  /** `slug` has been checked to be a plain name. */
  async save(slug: string, query: z.input<typeof SavedQuery>): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const file = join(this.directory, `${slug}.json`);
    // Renamed into place: a reader sees the old file or the new one.
    await writeFile(`${file}.part`, `${JSON.stringify(query, null, 2)}\n`);
    await rename(`${file}.part`, file);
  }

  async remove(slug: string): Promise<void> {
    try {
      await rm(join(this.directory, `${slug}.json`));
    } catch (error) {
      if (isMissing(error)) throw new NotFoundError(`there is no saved query ${slug}`);
      throw error;
    }
  }

  async #read<S extends z.ZodType<object>>(
    directory: string,
    prefix: string,
    schema: S,
    problems: SavedQueryList['problems'],
  ): Promise<(z.output<S> & { slug: string })[]> {
    const names = await readdir(directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const read = [];
    for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
      try {
        const value = schema.parse(JSON.parse(await readFile(join(directory, name), 'utf8')));
        read.push({ ...value, slug: name.slice(0, -'.json'.length) });
      } catch (error) {
        problems.push({ file: prefix + name, detail: error instanceof Error ? error.message : String(error) });
      }
    }
    return read;
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';
