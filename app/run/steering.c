#include "app/run/steering.h"

typedef int Step(Switcher *switcher, int step, SwitchPoint *point, Error *error);

static void take_step(const Steering *steering, Step *take, int step)
{
    SwitchPoint point;
    Error why;
    control_set_automatic(steering->control, 0);
    if (take(steering->switcher, step, &point, &why))
        control_notice(steering->control, "%s", why.message);
    else
        control_notice(steering->control, "alpha %g, size %d", point.alpha, point.size);
}

void steering_step_alpha(const Steering *steering, int step)
{
    take_step(steering, switcher_step_alpha, step);
}

void steering_step_size(const Steering *steering, int step)
{
    take_step(steering, switcher_step_size, step);
}

void steering_set_automatic(const Steering *steering, int on)
{
    if (on)
        switcher_prepare_all(steering->switcher);
    control_set_automatic(steering->control, on);
    control_notice(steering->control, on ? "auto: alpha and size follow the frame rate" : "auto is off");
}
