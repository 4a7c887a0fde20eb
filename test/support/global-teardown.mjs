export default async function stopServices() {
  await globalThis.testServices?.stop();
}
