/* What a run of eval measured, as JSON lines. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_REPORT_JSON_H
#define LOOKOUT_APP_COMMANDS_EVAL_REPORT_JSON_H

#include "app/commands/eval/report.h"

/* A JSON object a point, one a line; null for figures that are not defined. Returns a text that the caller
 * frees, or NULL when out of memory. */
char *report_json(const Report *report);

#endif
