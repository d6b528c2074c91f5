#include "app/window/view_text.h"

#include "detector/lookout.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends to what is in text, cut to size. */
__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

void view_text_status(char *text, size_t size, const View *view, const Facts *facts)
{
    const char *automatic = facts->automatic ? ", auto" : "";
    text[0] = '\0';
    if (facts->lost[0])
        add(text, size, "camera\tlost\n");
    else if (facts->capture_rate > 0)
        add(text, size, "%s\t%.1f fps\n", view->live ? "camera" : "clip", facts->capture_rate);
    if (view->still && facts->inference_ms > 0) /* done now and then, at no rate */
        add(text, size, "inference\t%.1f ms\n", facts->inference_ms);
    else if (facts->inference_rate > 0 && !facts->lost[0])
        add(text, size, "inference\t%.1f fps, %.1f ms\n", facts->inference_rate, facts->inference_ms);
    if (view->live && facts->latency_ms > 0 && !facts->lost[0])
        add(text, size, "latency\t%.0f ms\n", facts->latency_ms);
    if (view->live)
        add(text, size, "skipped\t%lld\n", (long long)facts->skipped);
    if (facts->size) {
        add(text, size, "alpha\t%g%s\n", facts->alpha, automatic);
        add(text, size, "rho\t%.2f (%d)%s\n", (double)facts->size / LOOKOUT_FULL_SIZE, facts->size, automatic);
    }
    add(text, size, "threshold\t%.2f\n", control_threshold(view->control));
    add(text, size, "threads\t%d, %s", view->threads, view->isa);
}

void view_text_state(char *text, size_t size, const View *view, const Facts *facts)
{
    text[0] = '\0';
    if (facts->lost[0])
        add(text, size, "camera lost\n");
    if (facts->recording[0])
        add(text, size, "\u25CF recording\n");
    if (control_paused(view->control))
        add(text, size, "paused\n");
}

void view_text_title(char *text, size_t size, const View *view, const Facts *facts)
{
    snprintf(text, size, "Lookout - %s", view->source);
    if (facts->size)
        add(text, size, " - alpha %g, %d%s", facts->alpha, facts->size, facts->automatic ? ", auto" : "");
    if (facts->lost[0])
        add(text, size, " - camera lost");
    if (facts->recording[0])
        add(text, size, " - recording");
    if (control_paused(view->control))
        add(text, size, " - paused");
}

void view_text_help(char *text, size_t size)
{
    text[0] = '\0';
    for (int i = 0; i < key_count;) {
        char names[32];
        const char *help = key_table[i].help;
        i = key_names(i, names, sizeof names);
        add(text, size, "%s\t%s%s", names, help, i < key_count ? "\n" : "");
    }
}
