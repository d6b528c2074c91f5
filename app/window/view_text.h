/* What the window says in words. */
#ifndef LOOKOUT_APP_WINDOW_VIEW_TEXT_H
#define LOOKOUT_APP_WINDOW_VIEW_TEXT_H

#include "app/window/view.h"

#include <stddef.h>

/* Each fills text, cut to size, with lines as window_show() takes them. */
void view_text_status(char *text, size_t size, const View *view, const Facts *facts);
/* What lasts: recording, paused, camera lost. */
void view_text_state(char *text, size_t size, const View *view, const Facts *facts);
void view_text_title(char *text, size_t size, const View *view, const Facts *facts);
/* The keys. */
void view_text_help(char *text, size_t size);

#endif
