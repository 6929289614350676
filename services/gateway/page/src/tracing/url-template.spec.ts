import { describe, expect, it } from '@jest/globals';
import { urlTemplate } from './url-template.js';

describe('urlTemplate', () => {
  it.each([
    ['/', '/'],
    ['/api/activities/home', '/api/activities/home'],
    ['/api/activities/@pat', '/api/activities/@{handle}'],
    ['/api/activities/CA48eb5c-cf16-45ba-9301-e55784d4486b/reply', '/api/activities/{uuid}/reply'],
  ])('makes of %s: %s', (path, template) => expect(urlTemplate(path)).toBe(template));
});
