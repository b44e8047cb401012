// The file browser: everything that makes [data-files] quick. Without script its links and forms lead to pages.

import "./files-acts.js";
import "./files-keys.js";
import "./files-menu.js";
import "./files-rename.js";
import "./files-drag.js";
import "./files-dialogs.js";
import "./files-look.js";
