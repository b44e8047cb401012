// Everything a page needs, in order. Each module stands alone and finds its elements by data attributes.
import "./http.js";
import "./toast.js";
import "./htmx-errors.js";
import "./theme.js";
import "./dialog.js";
import "./confirm.js";
import "./palette.js";
import "./keys.js";
import "./select.js";
import "./submit.js";
import "./copy.js";
import "./time.js";
import "./sparkline.js";
import "./progress.js";
import "./lists.js";
import "./live.js";
