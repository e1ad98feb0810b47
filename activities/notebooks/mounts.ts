/** Which mounts the kernel shows. Pure. */

/** Mount points at or below a directory, out of the text of /proc/self/mountinfo (proc(5): field 5, blanks as \040). */
export function mountsIn(directory: string, mountinfo: string): string[] {
  const points = mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [point.replace(/\\([0-7]{3})/g, (_, code: string) => fromOctal(code))];
  });
  return [...new Set(points.filter((point) => point === directory || point.startsWith(`${directory}/`)))];
}

const fromOctal = (code: string): string => String.fromCharCode(Number.parseInt(code, 8));
