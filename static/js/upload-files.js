// What was dropped or picked, as {file, folder}: folder is the way to it inside of what was dropped, "" or "a/b".

/** @typedef {{file: File, folder: string}} Found */

/** @param {DataTransfer} data @returns {Promise<Found[]>} */
export async function dropped(data) {
  // Both lists are only readable before the first await.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
  const files = [...data.files];
  if (!entries.length) return files.map((file) => ({ file, folder: "" }));
  const found = [];
  for (const entry of entries) found.push(...(await walk(/** @type {FileSystemEntry} */ (entry), "")));
  return found;
}

/** @param {FileList} list @returns {Found[]} */
export function picked(list) {
  return [...list].map((file) => ({ file, folder: file.webkitRelativePath.split("/").slice(0, -1).join("/") }));
}

/** @param {FileSystemEntry} entry @param {string} folder @returns {Promise<Found[]>} */
async function walk(entry, folder) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, () => resolve(null)));
    return file ? [{ file, folder }] : [];
  }
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  const found = [];
  for (const child of await children(/** @type {FileSystemDirectoryEntry} */ (entry))) found.push(...(await walk(child, inside)));
  return found;
}

/** A reader gives about a hundred at a time. @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function children(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return found;
    found.push(...some);
  }
}
