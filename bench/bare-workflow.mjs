/** The workflow of the bare worker: no activity, no timer. */
export async function greet() {
  return 'hello';
}
