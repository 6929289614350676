const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** `url.template`: a path with what varies taken out, so that there are few of them. */
export function urlTemplate(path: string): string {
  return path.replace(UUID, '{uuid}').replace(/\/@[^/]+/, '/@{handle}');
}
