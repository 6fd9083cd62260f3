// Everything pages do in the browser, a file for each; without it they work too, only less comfortably.
import { startConfirm } from "./confirm.js";
import { startEditors } from "./editor.js";
import { startForms } from "./forms.js";
import { startLive } from "./live.js";
import { startShortcuts } from "./shortcuts.js";
import { startSortable } from "./sortable.js";

startForms();
startConfirm();
startLive();
startSortable();
startEditors();
startShortcuts();
