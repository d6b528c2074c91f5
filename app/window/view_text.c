#include "app/window/view_text.h"

#include "app/window/keys.h"
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

void view_text_status(char *text, size_t size, const InputText *input, const NetworkText *network)
{
    const StatusReport *report = &input->report;
    const char *automatic = network->automatic ? ", auto" : "";
    text[0] = '\0';
    if (report->lost[0])
        add(text, size, "camera\tlost\n");
    else if (report->capture_rate > 0)
        add(text, size, "%s\t%.1f fps\n", input->live ? "camera" : "clip", report->capture_rate);
    if (input->still && report->inference_ms > 0) /* done now and then, at no rate */
        add(text, size, "inference\t%.1f ms\n", report->inference_ms);
    else if (report->inference_rate > 0 && !report->lost[0])
        add(text, size, "inference\t%.1f fps, %.1f ms\n", report->inference_rate, report->inference_ms);
    if (input->live && report->latency_ms > 0 && !report->lost[0])
        add(text, size, "latency\t%.0f ms\n", report->latency_ms);
    if (input->live)
        add(text, size, "skipped\t%lld\n", (long long)report->skipped);
    if (network->size) {
        add(text, size, "alpha\t%g%s\n", network->alpha, automatic);
        add(text, size, "rho\t%.2f (%d)%s\n", (double)network->size / LOOKOUT_FULL_SIZE, network->size,
            automatic);
    }
    add(text, size, "threshold\t%.2f\n", input->threshold);
    add(text, size, "threads\t%d, %s", network->threads, network->isa);
}

void view_text_label(char *text, size_t size, const InputText *input, bool numbers)
{
    const StatusReport *report = &input->report;
    snprintf(text, size, "%s", input->name);
    if (!numbers || input->still || report->lost[0])
        return;
    if (report->ended)
        add(text, size, "\tended");
    else if (report->capture_rate > 0)
        add(text, size, "\t%.1f fps, inference %.1f fps", report->capture_rate, report->inference_rate);
}

void view_text_obstacle(char *text, size_t size, const InputText *input)
{
    text[0] = '\0';
    if (input->report.lost[0])
        snprintf(text, size, "camera lost: %s", input->report.lost);
    else if (input->live && !input->has_picture)
        snprintf(text, size, "waiting for the camera\u2026");
}

void view_text_state(char *text, size_t size, const StateText *state)
{
    text[0] = '\0';
    if (state->lost)
        add(text, size, "camera lost\n");
    if (state->recording)
        add(text, size, "\u25CF recording\n");
    if (state->paused)
        add(text, size, "paused\n");
}

void view_text_title(char *text, size_t size, const char *name, const NetworkText *network,
                     const StateText *state)
{
    snprintf(text, size, "Lookout - %s", name);
    if (network->size)
        add(text, size, " - alpha %g, %d%s", network->alpha, network->size,
            network->automatic ? ", auto" : "");
    if (state->lost)
        add(text, size, " - camera lost");
    if (state->recording)
        add(text, size, " - recording");
    if (state->paused)
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
